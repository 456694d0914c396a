// The test set. Images come as {index, image, truth, predicted, probability}, the image as
// base64 of 784 grey bytes. A click on one shows it inside the network. Nothing is asked of the
// server before the tab is seen.

import { ARROWS } from "../browser/arrows.js";
import { tell } from "../browser/board.js";
import { decode } from "../browser/bytes.js";
import { insist } from "../browser/courier.js";
import { SIDE } from "../browser/preprocess.js";
import { greyOf, paint } from "./pixels.js";

const DIGITS = [...Array(10).keys()];
const ROOM = 15; // images of a cell that are shown large

export default function testset({ element, server }) {
  const find = (selector) => element.querySelector(selector);
  const status = find(".status");
  const redraw = find(".redraw");
  const table = find("tbody");

  // ---- images

  function inspect(button, image) {
    find("[aria-current]")?.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    tell("seen:testset", image);
    tell("inspect", true);
  }

  // Without an exhibit: an empty frame that keeps the place.
  function frame(exhibit) {
    const item = document.createElement("li");
    item.innerHTML = `<button type="button" disabled><canvas></canvas><b></b><span></span></button>`;
    item.ariaHidden = !exhibit;
    if (exhibit) fill(item.firstChild, exhibit);
    return item;
  }

  function fill(button, { image, ...exhibit }) {
    const [canvas, verdict, probability] = button.children;
    const values = { ...exhibit, probability: percent(exhibit.probability) };
    const grey = decode(image);
    paint(canvas, SIDE, SIDE, greyOf(grey));
    verdict.textContent = `${exhibit.truth} → ${exhibit.predicted}`;
    probability.textContent = values.probability;
    button.title = say("testset.image", values);
    button.classList.toggle("wrong", exhibit.truth !== exhibit.predicted);
    button.disabled = false;
    button.addEventListener("click", () => inspect(button, grey));
  }

  function hang(place, exhibits) {
    const chosen = find(`${place} [aria-current]`);
    find(place).replaceChildren(...exhibits.map(frame));
    if (chosen) tell("seen:testset", null);
  }

  // ---- the confusion matrix: one tab stop, then the arrow keys

  const cell = (truth, predicted) =>
    table.rows[truth]?.querySelector(`[data-digit="${predicted}"]`);

  function drawMatrix(counts) {
    const shares = counts.map((row) => {
      const total = Math.max(
        1,
        row.reduce((a, b) => a + b),
      );
      return row.map((n) => n / total);
    });
    const worst = Math.max(...shares.flatMap((row, truth) => row.filter((_, d) => d !== truth)));
    const entry = (truth, d) => {
      const right = truth === d;
      const shade = right ? shares[truth][d] : Math.sqrt(shares[truth][d] / worst);
      const name = say("testset.cell.name", { count: counts[truth][d], truth, predicted: d });
      return `<td><button type="button" tabindex="-1" data-digit="${d}" class="${right ? "right" : "wrong"}"
        style="--shade: ${shade}" aria-label="${name}" title="${name}">${counts[truth][d]}</button></td>`;
    };
    table.innerHTML = DIGITS.map((truth) => {
      const cells = DIGITS.map((d) => (counts[truth][d] ? entry(truth, d) : "<td></td>"));
      const side = `<th class="side" rowspan="10" scope="rowgroup"><span>${say("testset.truth")}</span></th>`;
      return `<tr>${truth ? "" : side}<th scope="row">${truth}</th>${cells.join("")}</tr>`;
    }).join("");
  }

  const place = (button) => [button.closest("tr").sectionRowIndex, +button.dataset.digit];

  let asked = null;
  async function open(button) {
    if (!button) return;
    asked = button;
    for (const other of table.querySelectorAll("button")) {
      other.tabIndex = other === button ? 0 : -1;
      other.toggleAttribute("aria-pressed", false);
    }
    button.setAttribute("aria-pressed", "true");
    const [truth, predicted] = place(button);
    const exhibits = await ask("cell", truth, predicted);
    if (!exhibits || asked !== button) return;
    const values = { truth, predicted, count: +button.textContent, shown: exhibits.length };
    const right = truth === predicted ? "right" : "wrong";
    const few = values.count > values.shown ? "some" : values.count === 1 ? "one" : "all";
    find(".cell h3").textContent = say(`testset.cell.${right}.${few}`, values);
    find(".cell ol").classList.toggle("small", exhibits.length > ROOM);
    hang(".cell ol", exhibits);
  }

  function walk(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    let [truth, predicted] = place(event.target);
    let next = null;
    while (!next && truth in DIGITS && predicted in DIGITS) {
      truth += step[0];
      predicted += step[1];
      next = cell(truth, predicted);
    }
    next?.focus();
  }

  table.addEventListener("click", (event) => open(event.target.closest("button")));
  table.addEventListener("keydown", walk);

  // ---- the server

  async function ask(name, ...values) {
    const busy = () => (status.textContent = say("answer.busy"));
    const answer = await insist(() => server[name](...values), busy);
    status.textContent = answer.problem ? say(answer.problem) : "";
    return answer.problem ? null : answer;
  }

  function mostConfused(counts) {
    const pairs = DIGITS.flatMap((truth) =>
      DIGITS.map((d) => [truth === d ? 0 : counts[truth][d], truth, d]),
    );
    const [, truth, predicted] = pairs.reduce((most, pair) => (pair[0] > most[0] ? pair : most));
    return cell(truth, predicted) ?? table.querySelector("button");
  }

  async function begin() {
    status.textContent = say("testset.waiting");
    const all = await ask("overview");
    if (!all) return;
    hang(".samples", all.samples);
    hang(".mistakes", all.mistakes);
    drawMatrix(all.matrix);
    redraw.disabled = false;
    open(mostConfused(all.matrix));
  }

  redraw.addEventListener("click", async () => {
    redraw.disabled = true;
    const samples = await ask("samples");
    if (samples) hang(".samples", samples);
    redraw.disabled = false;
  });

  hang(".samples", Array(10).fill(null));
  hang(".mistakes", Array(20).fill(null));
  drawMatrix(DIGITS.map(() => Array(10).fill(0)));
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    begin();
  }).observe(element);
}
