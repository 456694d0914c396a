// A drawing pad for mouse, finger and pen. The drawing is painted twice: on the screen, and for
// the network on a sheet of its own, of the same height everywhere. Read by the page itself it is
// a number, of one digit or several; "choose:draw" says which of them the answer is about.

import { hear, tell } from "../browser/board.js";
import { encode } from "../browser/bytes.js";
import { courier } from "../browser/courier.js";
import { fit } from "../browser/drawings.js";
import { keep, recall } from "../browser/memory.js";
import { makeNumberReader } from "../browser/number.js";
import { reach, read, write } from "../browser/strokes.js";
import { make, placeOn } from "./pixels.js";
import { makeSheet, paint } from "./sheet.js";
import { bringWeights } from "./weights.js";

const PAUSE = 100; // ms between two questions while the server reads
const REST = 150; // ms without a change until the server is asked for the answer that stands
const LONG = 8; // ms of reading that a frame has room for
const PACE = 12; // ms a point of an example

export default function sketchpad({ element, props, server }) {
  const canvas = element.querySelector("canvas");
  const hint = element.querySelector(".hint");
  const marks = element.querySelector(".marks");
  const slider = element.querySelector(".width");
  const button = (name) => element.querySelector(`button.${name}`);
  const see = makeSheet();

  // Never changed in place, except for the points of the current stroke.
  let strokes = read(recall("sessionStorage", "drawing"));
  let zoom = 1; // of the drawing on the pad
  let size = [1, 1]; // of the pad, across and down, in the unit of the strokes
  let past = [];
  let future = [];
  let current = null;
  let erasing = false;
  let digits = []; // from left to right, as a number's reader gives them
  let focus = null; // the stroke that was drawn last
  let picked = null; // {strokes, place}: of these strokes' digits one was chosen since

  // ---- each frame in which something changed

  let frame = 0;
  let due = 0; // when the drawing may be read again
  let changed = false;

  function show() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (!canvas.clientWidth) return; // the tab is hidden
      paintPad();
      if (changed) keepUp();
      showMarks();
      hint.hidden = Boolean(digits.length || current);
    });
    button("undo").disabled = !past.length;
    button("redo").disabled = !future.length;
    button("clear").disabled = !strokes.length;
  }

  function paintPad() {
    if (!current) measure();
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) =>
      Math.round(length * devicePixelRatio),
    );
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    paint(context, strokes, height * zoom);
  }

  // A drawing that was made on a larger pad is shown smaller.
  function measure() {
    if (!canvas.clientWidth) return; // the tab is hidden
    const shape = [canvas.clientWidth / canvas.clientHeight, 1];
    const zooms = reach(strokes).map(({ least, most }, k) =>
      least > shape[k] ? shape[k] / most : 1,
    );
    zoom = Math.min(...zooms);
    size = shape.map((length) => length / zoom);
  }

  function showMarks() {
    const shown = digits.length > 1 ? digits : [];
    const [across, down] = size.map((length) => (share) => `${(share / length) * 100}%`);
    marks.replaceChildren(
      ...shown.map(({ box: { left, right, bottom } }, k) => {
        const mark = make("i", k === chosen() ? "chosen" : "");
        Object.assign(mark.style, { left: across(left), width: across(right - left) });
        mark.style.top = `min(${down(bottom)} + 4px, 100% - 5px)`;
        return mark;
      }),
    );
  }

  // Reads the drawing, unless reading takes so long here that drawing would falter.
  function keepUp() {
    const started = performance.now();
    if (started < due) return show();
    changed = false;
    readDrawing();
    const ended = performance.now();
    due = ended - started > LONG ? 2 * ended - started : 0;
  }

  function report() {
    changed = true;
    show();
    if (!current) keep("sessionStorage", "drawing", write(strokes));
  }

  // ---- reading: by the page itself, and by the server, if there is one, when the pen rests

  let reader = null; // until the weights are here the server reads all the time
  let readNumber = readWhole;
  let resting = 0;

  const asking = courier({
    async ask(asked) {
      const answer = await server.read(encode(asked));
      return answer && { ...answer, seen: asked };
    },
    told(answer) {
      if (!answer.problem) bringWeights(answer.weights);
      // What was taught is learnt here, and the server does not know it.
      if (!answer.problem && !reader?.shipped) stand(answer);
      else if (answer.problem && !reader) answered(answer);
    },
    waiting: () => reader || answered({ problem: "answer.busy" }),
    pause: PAUSE,
  });

  // The server's answer stands, for the digit that it was asked about.
  function stand(answer) {
    const isAbout = ({ seen }) => seen === answer.seen || !reader;
    digits = digits.map((digit) => (isAbout(digit) ? { ...digit, ...answer } : digit));
    tellDigits();
  }

  function answered(answer) {
    tell("waiting", false);
    tell("answer:draw", answer);
  }

  // The answer about the chosen digit, with the number that it is in and the whole drawing.
  function tellDigits() {
    const number = digits.map(({ digit, isDigit }) => (isDigit ? digit : "?")).join("");
    answered({ ...digits[chosen()], number, chosen: chosen(), drawn: strokes });
  }

  // The place of the digit that the answer is about: the one chosen, or else the one last drawn.
  function chosen() {
    if (picked?.strokes === strokes && digits[picked.place]) return picked.place;
    const has = (stroke) => digits.findIndex(({ sources }) => sources.has(stroke));
    const last = [focus, ...[...strokes].reverse()].find((stroke) => has(stroke) >= 0);
    return Math.max(0, has(last)); // an answer may come when another drawing is not read yet
  }

  function readDrawing() {
    digits = readNumber(strokes, size);
    clearTimeout(resting);
    if (reader || !digits.length) asking.recall();
    if (!digits.length) {
      if (!current) choose(false); // nothing is left to erase
      answered(null);
    } else if (reader) {
      tellDigits();
      askAtRest();
    } else {
      tell("waiting", true);
      if (server.read) ask(digits[0]);
    }
  }

  function askAtRest() {
    if (server.read && !current && !playing)
      resting = setTimeout(() => ask(digits[chosen()]), REST);
  }

  const ask = ({ seen }) => asking.send(() => seen);

  // As one digit, that is not answered yet.
  function readWhole() {
    const seen = see(strokes, size);
    return seen ? [{ seen, strokes, sources: new Set(strokes) }] : [];
  }

  hear("choose:draw", (place) => {
    if (!digits[place]) return;
    [focus] = digits[place].sources;
    picked = { strokes, place };
    clearTimeout(resting);
    tellDigits();
    askAtRest();
    show();
  });

  hear("reader", (brought) => {
    reader = brought;
    readNumber = reader ? makeNumberReader({ see, read: reader.read }) : readWhole;
    asking.recall(); // all is read anew
    if (digits.length) report();
  });

  // ---- the pen

  // No further out than where the brush leaves no ink: it is then known how large a pad a drawing
  // needs.
  function place(event, width) {
    const bound = (length, most) => Math.min(most + width / 2, Math.max(-width / 2, length));
    return placeOn(canvas, event).map((share, k) => bound(share * size[k], size[k]));
  }

  function remember() {
    past = [...past, strokes];
    future = [];
  }

  function put(point, width, erase) {
    current = { points: [point], width, erase };
    strokes = [...strokes, current];
    if (!erase) focus = current;
  }

  // While a pen is near the pad or on it, a hand rests there too, and draws nothing.
  const pens = new Set();
  canvas.addEventListener("pointerenter", ({ pointerType, pointerId }) => {
    if (pointerType !== "pen") return;
    pens.add(pointerId);
    if (current?.isTouch) {
      strokes = past.pop();
      ({ future } = current);
      current = null;
      report();
    }
  });
  canvas.addEventListener("pointerleave", ({ pointerId }) => pens.delete(pointerId));

  canvas.addEventListener("pointerdown", (event) => {
    stop();
    const isTouch = event.pointerType === "touch";
    if (![0, 5].includes(event.button) || current || (isTouch && pens.size)) return;
    event.preventDefault();
    // The eraser of a stylus, button 5, erases, whatever tool is chosen.
    const erase = erasing || event.button === 5;
    if (erase && !digits.length) return choose(false); // there is nothing to erase: the next stroke draws
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("pointed"); // who draws by hand knows where the keys go
    canvas.focus({ preventScroll: true });
    const undone = future;
    remember();
    // Erasers are wider than the pen.
    const width = (slider.value / 100) * (erase ? 2 : 1);
    put(place(event, width), width, erase);
    Object.assign(current, { pointer: event.pointerId, isTouch, future: undone });
    report();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== current?.pointer) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    const places = (moves.length ? moves : [event]).map((move) => place(move, current.width));
    current.points.push(...places);
    report();
  });

  canvas.addEventListener("blur", () => canvas.classList.remove("pointed"));

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
    choose(false);
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
    if (event.defaultPrevented || !canvas.clientWidth) return;
    if (event.target.matches?.("input:not([type=range]), textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "escape") clear();
    else if (!(event.ctrlKey || event.metaKey)) return;
    else if (key === "y" || (key === "z" && event.shiftKey)) step(future, past);
    else if (key === "z") step(past, future);
    else return;
    event.preventDefault();
  });

  slider.value = recall("localStorage", "sketchpad-brush") ?? props.brush * 100;
  slider.addEventListener("input", () => keep("localStorage", "sketchpad-brush", slider.value));

  // ---- replaying a drawing: {strokes}, lists of [x, y] points, and {width}, or else the pen's

  let playing = 0;
  function stop() {
    if (!playing) return;
    cancelAnimationFrame(playing);
    playing = 0;
    current = null;
    report();
  }

  function replay(drawing) {
    stop();
    choose(false);
    remember(); // once: the whole drawing is one step to undo
    strokes = [];
    measure();
    const { strokes: lines, width } = fit({ width: slider.value / 100, ...drawing }, size[0]);
    const xs = lines.flat().map(([x]) => x);
    const shift = (size[0] - Math.min(...xs) - Math.max(...xs)) / 2; // to the middle
    const queue = lines.flatMap((points) => points.map(([x, y], i) => [[x + shift, y], i === 0]));
    const started = performance.now();
    let played = 0;
    const play = (now) => {
      for (; played < queue.length && played * PACE <= now - started; played++) {
        const [point, isFirst] = queue[played];
        if (isFirst) put(point, width, false);
        else current.points.push(point);
      }
      const isOver = played === queue.length;
      if (isOver) current = null;
      report();
      playing = isOver ? 0 : requestAnimationFrame(play);
    };
    playing = requestAnimationFrame(play);
  }

  // ---- the world around

  hear("replay", replay);
  new ResizeObserver(show).observe(canvas);
  report();
  bringWeights(props.weights ?? "latest");
}
