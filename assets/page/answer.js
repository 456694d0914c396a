// The answer. Gradio runs this once with: element, props.
// An "answer" event brings it: null for an empty pad, {problem} with the key of a text, or
// {digit, isDigit, probabilities, seen}; what is seen is also told to the rest of the page, as
// a "seen" event.

const root = element.querySelector(".recognition");
const digit = element.querySelector(".digit");
const sentence = element.querySelector(".sentence");
const bars = [...element.querySelectorAll("[data-digit]")];
const seen = element.querySelector(".seen canvas").getContext("2d");

function describe({ digit, isDigit, probabilities }) {
  if (!isDigit) return say("answer.none");
  const ranked = probabilities.map((p, d) => [p, d]).sort((a, b) => b[0] - a[0]);
  const [[best], [second, runnerUp]] = ranked;
  const values = { digit, probability: percent(best), runnerUp, second: percent(second) };
  return say(second > best / 4 ? "answer.close" : "answer.sure", values);
}

function showSeen(grey) {
  const image = new ImageData(28, 28);
  for (let i = 0; i < 784; i++) image.data.fill(grey?.charCodeAt(i) ?? 0, 4 * i, 4 * i + 3);
  for (let i = 0; i < 784; i++) image.data[4 * i + 3] = 255;
  seen.putImageData(image, 0, 0);
}

// The box that preprocessing scaled to 20 pixels, and the centre of mass that it placed.
function mark(grey) {
  const [box, center] = [".box", ".center"].map((name) => element.querySelector(name));
  box.hidden = center.hidden = !grey;
  if (!grey) return;
  const levels = Array.from(grey, (character) => character.charCodeAt(0));
  const inked = levels.flatMap((level, i) => (level > 16 ? [i] : []));
  const range = (places) => [Math.min(...places), Math.max(...places) + 1];
  const [top, bottom] = range(inked.map((i) => Math.floor(i / 28)));
  const [left, right] = range(inked.map((i) => i % 28));
  const place = (share) => `${(share / 28) * 100}%`;
  box.style.inset = [top, 28 - right, 28 - bottom, left].map(place).join(" ");
  const sum = (weigh) => levels.reduce((total, level, i) => total + level * weigh(i), 0);
  center.style.top = place(sum((i) => Math.floor(i / 28) + 0.5) / sum(() => 1));
  center.style.left = place(sum((i) => (i % 28) + 0.5) / sum(() => 1));
}

const blank = props.prefix ? "photo.blank" : "answer.blank";
let answered = false;
let waking = 0;

function show(value) {
  root.dataset.state = !value ? "blank" : value.isDigit ? "digit" : "none";
  digit.textContent = !value ? "" : value.isDigit ? value.digit : "?";
  sentence.textContent = value ? describe(value) : say(blank);
  showSeen(value && atob(value.seen));
  mark(value && atob(value.seen));
  document.dispatchEvent(new CustomEvent("seen", { detail: value?.seen ?? null }));
  bars.forEach((bar, d) => {
    const probability = value?.probabilities[d] ?? 0;
    bar.dataset.probability = probability;
    bar.classList.toggle("best", Boolean(value?.isDigit) && d === value.digit);
    bar.querySelector("u").style.transform = `scaleX(${probability})`;
    bar.querySelector("span").textContent = value ? percent(probability) : "";
  });
}

show(null);
document.addEventListener("answer", ({ detail: { prefix, answer } }) => {
  if (prefix !== props.prefix) return;
  clearTimeout(waking);
  waking = 0;
  answered ||= Boolean(answer && !answer.problem);
  // The bars stay meanwhile.
  if (answer?.problem) sentence.textContent = say(answer.problem);
  else show(answer);
});
// The first drawing may have to wait for TensorFlow.
document.addEventListener("drawing", () => {
  if (answered || props.prefix) return;
  waking ||= setTimeout(() => (sentence.textContent = say("answer.waking")), 800);
});
