// The look inside. Gradio runs this once with: element, server.
// The page tells what the network sees by a "seen" event (base64 of 28 x 28 grey levels, or
// null), and asks to look into an image by an "inspect" event. Closed, the panel asks nothing.

const SIDE = 28;
const FOR = [210, 69, 42];
const AGAINST = [47, 111, 176];

const details = element.querySelector("details");
const content = element.querySelector(".content");
const reasons = element.querySelector(".reasons");
const layers = element.querySelector(".layers");

let image = null;
let shown = null;

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function make(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

// color: grey level or signed byte to [r, g, b, alpha]
function draw(canvas, values, rows, columns, color) {
  canvas.width = columns;
  canvas.height = rows;
  const picture = new ImageData(columns, rows);
  values.forEach((value, i) => picture.data.set(color(value), 4 * i));
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

const grey = (value) => [value, value, value, 255];
const signed = (byte) => {
  const value = byte > 127 ? byte - 256 : byte;
  return [...(value > 0 ? FOR : AGAINST), Math.min(255, Math.abs(value) * 2)];
};

function named(canvas, name) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  return canvas;
}

function showReason({ digit, probability, map }, seen) {
  const name = say("inside.for", { digit, probability: percent(probability) });
  const figure = make("figure", "reason");
  const stack = make("div", "stack");
  stack.append(
    draw(make("canvas", "ink"), bytes(seen), SIDE, SIDE, (ink) => [128, 128, 128, ink / 3]),
    named(draw(make("canvas", "map"), bytes(map), SIDE, SIDE, signed), name),
  );
  figure.append(stack, make("figcaption", "", name));
  return figure;
}

function describe({ shape, parameters, arithmetic }) {
  const key = shape.length === 3 ? "inside.maps" : "inside.units";
  const [rows, columns, channels] = shape.length === 3 ? shape : [1, 1, shape[0]];
  const size = say(key, { rows, columns, channels });
  if (!parameters) return `${size} · ${say("inside.pooling")}`;
  return `${size} · ${arithmetic} = ${say("inside.parameters", { n: parameters.toLocaleString("en") })}`;
}

function showMaps(layer, lens) {
  const [rows, columns, channels] = layer.shape;
  const values = bytes(layer.maps);
  const grid = make("div", "maps");
  const maps = Array.from({ length: channels }, (_, k) =>
    values.subarray(k * rows * columns, (k + 1) * rows * columns),
  );
  const enlarge = (k) => {
    named(draw(lens, maps[k], rows, columns, grey), say("inside.map", { k: k + 1, n: channels }));
    [...grid.children].forEach((map, i) => map.classList.toggle("chosen", i === k));
  };
  maps.forEach((map, k) => {
    const canvas = draw(make("canvas", "map"), map, rows, columns, grey);
    canvas.addEventListener("pointerenter", () => enlarge(k));
    canvas.addEventListener("click", () => enlarge(k));
    grid.append(canvas);
  });
  const strength = maps.map((map) => map.reduce((sum, value) => sum + value, 0));
  enlarge(strength.indexOf(Math.max(...strength)));
  return grid;
}

function showUnits(layer) {
  const grid = make("div", `units units-${layer.shape[0]}`);
  bytes(layer.maps).forEach((value, k) => {
    const unit = make("span", "unit", layer.shape[0] === 10 ? k : "");
    unit.style.setProperty("--strength", value / 255);
    grid.append(unit);
  });
  return grid;
}

function showLayer(layer) {
  const item = make("li", "layer");
  const text = make("p", "");
  text.append(make("b", "", layer.name.replace(/_\d+$/, "")), make("span", "", describe(layer)));
  item.append(text);
  if (layer.shape.length === 3) {
    const lens = make("canvas", "lens");
    item.append(lens, showMaps(layer, lens));
  } else item.append(showUnits(layer));
  return item;
}

const looker = courier({
  async ask(seen) {
    const answer = await server.look(seen);
    return answer && { ...answer, seen };
  },
  told({ problem, seen, ...answer }) {
    content.hidden = Boolean(problem);
    if (problem) return; // it will be asked again with the next drawing
    reasons.replaceChildren(...answer.reasons.map((reason) => showReason(reason, seen)));
    layers.replaceChildren(...answer.layers.map(showLayer));
  },
});

function refresh() {
  if (!details.open || image === shown) return;
  shown = image;
  if (image) looker.send(() => image);
  else {
    looker.recall();
    content.hidden = true;
  }
}

details.addEventListener("toggle", refresh);
document.addEventListener("seen", ({ detail }) => {
  image = detail;
  refresh();
});
document.addEventListener("inspect", ({ detail }) => {
  image = detail;
  details.open = true;
  refresh();
  details.scrollIntoView({ block: "start" });
});
