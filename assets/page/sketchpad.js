// A drawing pad. Gradio runs this once with: element, props, server.
//
// A drawing is a list of strokes {points, width, erase}, all lengths as shares of the
// pad's side, so that it can be painted at any resolution: on the screen in the theme's
// colours, and in black on white for the network.

const SENT_SIDE = 280; // of the whole pad; of it is sent what holds the strokes
const PAPER_AROUND = 2;
const PAUSE = 100; // ms between two questions while the pen is moving
const MEMORY = "sketchpad-brush";

const canvas = element.querySelector("canvas");
const hint = element.querySelector(".hint");
const slider = element.querySelector(".width");
const button = (name) => element.querySelector(`button.${name}`);

let strokes = []; // never changed in place, except for the points of the current stroke
let past = [];
let future = [];
let current = null;
let erasing = false;

// ---- painting

function trace(context, points, side) {
  const [first, ...rest] = points.map(([x, y]) => [x * side, y * side]);
  context.beginPath();
  context.moveTo(...first);
  // A stroke of no length, a tap, would leave no dot.
  context.lineTo(first[0] + 0.01, first[1]);
  // Curves through the midpoints, with the points themselves as handles, hide the corners.
  rest.forEach(([x, y], i) => {
    const next = rest[i + 1] ?? [x, y];
    context.quadraticCurveTo(x, y, (x + next[0]) / 2, (y + next[1]) / 2);
  });
  context.stroke();
}

function paint(context, side, ink, paper) {
  context.fillStyle = paper;
  context.fillRect(0, 0, side, side);
  context.lineCap = context.lineJoin = "round";
  for (const { points, width, erase } of strokes) {
    context.strokeStyle = erase ? paper : ink;
    context.lineWidth = width * side;
    trace(context, points, side);
  }
}

let frame = 0;
function show() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (!side) return; // the tab is hidden
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const style = getComputedStyle(canvas);
    paint(canvas.getContext("2d"), side, style.color, style.backgroundColor);
  });
  hint.hidden = strokes.length > 0;
  button("undo").disabled = !past.length;
  button("redo").disabled = !future.length;
  button("clear").disabled = !strokes.length;
}

// ---- reporting

const sent = document.createElement("canvas");
const sheet = sent.getContext("2d");

// The part of the pad that holds the strokes, [start, end) along one axis.
function extent(axis) {
  const ends = strokes.flatMap(({ points, width, erase }) =>
    erase ? [] : points.flatMap((point) => [point[axis] - width / 2, point[axis] + width / 2]),
  );
  // Not Math.min(...ends): a long drawing has too many for the stack.
  const start = ends.reduce((a, b) => Math.min(a, b), 1);
  const end = ends.reduce((a, b) => Math.max(a, b), 0);
  return [
    Math.max(0, Math.floor(start * SENT_SIDE) - PAPER_AROUND),
    Math.min(SENT_SIDE, Math.ceil(end * SENT_SIDE) + PAPER_AROUND),
  ];
}

function picture() {
  const [left, right] = extent(0);
  const [top, bottom] = extent(1);
  sent.width = Math.max(1, right - left);
  sent.height = Math.max(1, bottom - top);
  sheet.translate(-left, -top);
  paint(sheet, SENT_SIDE, "black", "white");
  return sent.toDataURL("image/png");
}

const answered = (answer) => tell(props.prefix, answer);
const reader = courier({
  ask: (drawing) => server.read(drawing),
  told: answered,
  waiting: () => answered({ problem: "answer.busy" }),
  pause: PAUSE,
});

function report() {
  show();
  if (strokes.length) {
    element.dispatchEvent(new CustomEvent("drawing", { bubbles: true }));
    reader.send(picture);
  } else {
    reader.recall();
    answered(null);
  }
}

// ---- the pen

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

function remember() {
  past = [...past, strokes];
  future = [];
}

function put(point, width, erase) {
  remember();
  current = { points: [point], width, erase };
  strokes = [...strokes, current];
}

canvas.addEventListener("pointerdown", (event) => {
  stop();
  if (![0, 5].includes(event.button) || current) return; // 5: the eraser of a stylus
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  // The eraser of a stylus erases, whatever tool is chosen. Erasers are wider than the pen.
  const erase = erasing || event.button === 5;
  put(place(event), (slider.value / 100) * (erase ? 2 : 1), erase);
  current.pointer = event.pointerId;
  report();
});

canvas.addEventListener("pointermove", (event) => {
  if (event.pointerId !== current?.pointer) return;
  const moves = event.getCoalescedEvents?.() ?? [];
  current.points.push(...(moves.length ? moves : [event]).map(place));
  report();
});

for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
  canvas.addEventListener(end, (event) => {
    if (event.pointerId !== current?.pointer) return;
    current = null;
    report();
  });

// ---- the tools

function choose(eraser) {
  erasing = eraser;
  button("eraser").setAttribute("aria-pressed", eraser);
  button("pen").setAttribute("aria-pressed", !eraser);
  canvas.classList.toggle("erasing", eraser);
}

function step(from, to) {
  stop();
  if (!from.length || current) return;
  to.push(strokes);
  strokes = from.pop();
  report();
}

function clear() {
  stop();
  current = null;
  if (!strokes.length) return;
  remember();
  strokes = [];
  report();
}

function press(name, act) {
  button(name).addEventListener("click", act);
  // Chromium sends no click for the first tap after a finger has drawn.
  button(name).addEventListener("touchend", (event) => {
    event.preventDefault();
    act();
  });
}

press("pen", () => choose(false));
press("eraser", () => choose(true));
press("undo", () => step(past, future));
press("redo", () => step(future, past));
press("clear", clear);

document.addEventListener("keydown", (event) => {
  if (!canvas.clientWidth || event.target.matches?.("input:not([type=range]), textarea")) return;
  const key = event.key.toLowerCase();
  const focused = document.activeElement;
  const free = focused === document.body || element.contains(focused);
  if (key === "escape" && free) clear();
  else if (!(event.ctrlKey || event.metaKey)) return;
  else if (key === "y" || (key === "z" && event.shiftKey)) step(future, past);
  else if (key === "z") step(past, future);
  else return;
  event.preventDefault();
});

slider.value = props.brush * 100;
try {
  slider.value = localStorage.getItem(MEMORY) ?? slider.value;
  slider.addEventListener("input", () => localStorage.setItem(MEMORY, slider.value));
} catch {
  // The browser keeps nothing for this page; the width is then forgotten.
}

// ---- replaying a drawing, on a "replay" event that reaches this element,
// its detail the strokes as lists of [x, y] points

let playing = 0;
function stop() {
  if (!playing) return;
  cancelAnimationFrame(playing);
  playing = 0;
  current = null;
}

element.addEventListener("replay", ({ detail }) => {
  clear();
  const queue = detail.flatMap((stroke) => stroke.map((point, i) => [point, i === 0]));
  const started = performance.now();
  let played = 0;
  const play = (now) => {
    for (; played < queue.length && played * 12 <= now - started; played++) {
      const [point, first] = queue[played];
      if (first) put(point, slider.value / 100, false);
      else current.points.push(point);
    }
    const finished = played === queue.length;
    if (finished) current = null;
    report();
    playing = finished ? 0 : requestAnimationFrame(play);
  };
  playing = requestAnimationFrame(play);
});

// ---- the world around

new ResizeObserver(show).observe(canvas);
new MutationObserver(show).observe(document.body, { attributeFilter: ["class"] });
show();
