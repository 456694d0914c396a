// The look inside: into the image on the tab that is open, told as "seen:TAB" (uint8 (784), or
// null), as far as the page itself can read. What the server answers is looked at as it was
// shipped, whatever was taught. "inspect" asks to open it. Closed, it does nothing.

import { hear } from "../browser/board.js";
import { buildModel, occlusion, parameterArithmetic } from "../browser/network.js";
import { SIDE, toTensor } from "../browser/preprocess.js";
import { describeSum } from "./arithmetic.js";
import { narrow, showLayer } from "./layer.js";
import { make, paint } from "./pixels.js";

const FOR = [210, 69, 42];
const AGAINST = [47, 111, 176];
const RESTING = 250; // ms without a change until it is told what speaks for the digit
const SLICE = 6; // ms of that in a frame
const WORTH_THE_NAME = 0.01; // of a runner-up

export default function inside({ element }) {
  const find = (selector) => element.querySelector(selector);
  const details = find("details");
  const images = {}; // by tab
  let tab = "draw";
  let taught = null; // the reader that the pad reads with
  let reader = null; // the one that is looked into
  let layers = [];
  let covered = null; // a model beside the reader's, whose layers are on show
  let shown = null; // the image, and the model that it was last shown by

  function refresh() {
    take(tab === "draw" ? taught : (taught?.shipped ?? taught));
    const image = images[tab] ?? null;
    element.hidden = tab !== "draw" && !(image && reader);
    find(".content").hidden = !image || !reader;
    find(".empty").textContent = say(image && !reader ? "inside.without" : "inside.empty");
    if (!details.open || !image || !reader || (shown?.image === image && shown.reader === reader))
      return;
    shown = { image, reader };
    const answer = reader.read(image);
    for (const layer of layers) layer.refresh();
    showSum();
    explainLater(answer);
  }

  function take(wanted) {
    if (reader === wanted) return;
    reader = wanted;
    shown = null;
    stopExplaining();
    if (reader) build();
  }

  // ---- the layers, and the arithmetic of one number in them

  let chosen = null; // {index, place, isPinned}

  function choose(index, place, isPinned = false) {
    if (chosen?.isPinned && !isPinned) return;
    chosen = { index, place, isPinned };
    reader.read(shown.image); // not what was read last, another digit or another tab's image
    layers.forEach((layer, i) => layer.mark(i === index ? place : null));
    showSum();
    if (isPinned) layers[index].item.scrollIntoView({ block: "nearest" });
  }

  function forget() {
    chosen = null;
    if (shown) reader.read(shown.image);
    layers.forEach((layer) => layer.mark(null));
    showSum();
  }

  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !chosen) return;
    event.preventDefault(); // or the pad would be cleared
    forget();
  });
  find(".close").addEventListener("click", forget);

  function showSum() {
    find(".sum").hidden = !chosen;
    if (!chosen) return;
    find(".sum > div").replaceChildren(describeSum(reader, chosen.index, chosen.place));
  }

  // All networks have the same layers: what is chosen stays.
  function build() {
    covered = buildModel(reader.weights);
    layers = reader.model.layers.map((layer, index) =>
      showLayer(layer, parameterArithmetic(layer), (place, isPinned) =>
        choose(index, place, isPinned),
      ),
    );
    const items = layers.map((layer) => layer.item);
    // Where maps become a list, Keras has a layer that network.js does without.
    const last = reader.model.layers.findLastIndex(({ shape }) => shape.length === 3);
    const count = reader.model.layers[last].output.length;
    items.splice(last + 1, 0, showLayer({ kind: "Flatten", shape: [count] }).item);
    find(".layers").replaceChildren(...items);
    layers.forEach((layer, i) => layer.mark(i === chosen?.index ? chosen.place : null));
  }

  // ---- why: slowly, when the pen rests

  let later = 0;
  let working = 0;

  function stopExplaining() {
    clearTimeout(later);
    cancelAnimationFrame(working);
  }

  function explainLater(answer) {
    stopExplaining();
    find(".reasons").classList.add("past");
    later = setTimeout(() => explain(answer), RESTING);
  }

  function explain({ probabilities, isDigit, seen }) {
    const [best, runnerUp] = [...probabilities.keys()].sort(
      (a, b) => probabilities[b] - probabilities[a],
    );
    const digits = [best, runnerUp].filter((d, i) => !i || probabilities[d] >= WORTH_THE_NAME);
    const work = occlusion(covered, toTensor(seen), digits);
    const slice = () => {
      const ended = performance.now() + SLICE;
      let step = work.next();
      while (!step.done && performance.now() < ended) step = work.next();
      if (!step.done) working = requestAnimationFrame(slice);
      else showReasons(digits, step.value, { probabilities, isDigit, seen });
    };
    slice();
  }

  function showReasons(digits, maps, { probabilities, isDigit, seen }) {
    const most = maps.flatMap((map) => [...map]).reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
    const signed = (value) => [
      ...(value > 0 ? FOR : AGAINST),
      Math.min(255, (510 * Math.abs(value)) / most),
    ];
    const figures = digits.map((digit, k) => {
      const key = isDigit ? "inside.for" : "inside.would";
      const name = say(key, { digit, probability: percent(probabilities[digit]) });
      const stack = make("div", "stack");
      const [ink, map] = [make("canvas", "ink"), make("canvas", "map")];
      paint(ink, SIDE, SIDE, (i) => [128, 128, 128, seen[i] / 3]);
      paint(map, SIDE, SIDE, (i) => signed(maps[k][i]));
      map.setAttribute("role", "img");
      map.setAttribute("aria-label", name);
      stack.append(ink, map);
      const figure = make("figure", "reason");
      figure.append(stack, make("figcaption", "", name));
      return figure;
    });
    const doubt = isDigit ? [] : [make("p", "doubt", say("answer.none"))];
    find(".reasons").replaceChildren(...doubt, ...figures);
    find(".reasons").classList.remove("past");
  }

  // ---- the world around

  details.addEventListener("toggle", refresh);
  narrow.addEventListener("change", () => {
    shown = null;
    refresh();
  });
  for (const source of ["draw", "photo", "testset"])
    hear(`seen:${source}`, (image) => {
      images[source] = image;
      refresh();
    });
  hear("tab", (name) => {
    tab = name;
    refresh();
  });
  hear("reader", (brought) => {
    taught = brought;
    refresh();
  });
  hear("inspect", () => {
    details.open = true;
    details.scrollIntoView({ block: "start" });
  });
}
