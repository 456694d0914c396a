// The test set. Gradio runs this once with: element, server.
// Images come as {index, image, truth, predicted, probability}, the image as base64 of 784
// grey bytes. A click on one asks the page to show it inside the network, by an "inspect"
// event. Nothing is asked of the server before the tab is seen.

const find = (selector) => element.querySelector(selector);
const status = find(".status");
const redraw = find(".redraw");
const table = find("tbody");
const DIGITS = [...Array(10).keys()];
const ROOM = 15; // images of a cell that are shown large
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// ---- images

function paint(canvas, grey) {
  const picture = new ImageData(28, 28);
  for (let i = 0; i < 784; i++) {
    picture.data.fill(grey.charCodeAt(i), 4 * i, 4 * i + 3);
    picture.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

function inspect(button, image) {
  find("[aria-current]")?.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  document.dispatchEvent(new CustomEvent("inspect", { detail: image }));
}

// Without an exhibit: an empty frame that keeps the place.
function frame(exhibit) {
  const item = document.createElement("li");
  item.innerHTML = `<button type="button" disabled><canvas width="28" height="28"></canvas><b></b><span></span></button>`;
  item.ariaHidden = !exhibit;
  if (exhibit) fill(item.firstChild, exhibit);
  return item;
}

function fill(button, { image, ...exhibit }) {
  const [canvas, verdict, probability] = button.children;
  const values = { ...exhibit, probability: percent(exhibit.probability) };
  paint(canvas, atob(image));
  verdict.textContent = `${exhibit.truth} → ${exhibit.predicted}`;
  probability.textContent = values.probability;
  button.title = say("testset.image", values);
  button.setAttribute("aria-label", button.title);
  button.classList.toggle("wrong", exhibit.truth !== exhibit.predicted);
  button.disabled = false;
  button.addEventListener("click", () => inspect(button, image));
}

const hang = (place, exhibits) => find(place).replaceChildren(...exhibits.map(frame));

// ---- the confusion matrix: one tab stop, then the arrow keys

const cell = (truth, predicted) => table.rows[truth]?.querySelector(`[data-digit="${predicted}"]`);

function drawMatrix(counts) {
  const shares = counts.map((row) => row.map((n) => n / Math.max(1, row.reduce((a, b) => a + b))));
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
  const step = STEPS[event.key];
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
  const pairs = DIGITS.flatMap((truth) => DIGITS.map((d) => [truth === d ? 0 : counts[truth][d], truth, d]));
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
