// What was taught, learnt: of the reader "shipped" it makes the "reader" that all read with, and
// tells "taught" when that list has changed. With nothing taught both are the same.

import { hear, tell } from "../browser/board.js";
import { toStrokes } from "../browser/drawings.js";
import { featuresOf, learntReader } from "../browser/reader.js";
import { openTaught } from "../browser/taught.js";
import { makeSheet } from "./sheet.js";

const SLICE = 8; // ms of reading what was taught, until others have their turn

const see = makeSheet();
const PAD = [2, 1]; // as wide as any
let shipped = null;
let known = new WeakMap(); // what the shipped reader made of strokes, to learn from
let current = null; // the reader that was told last
let later = 0;

export const taught = openTaught(() => {
  tell("taught", taught);
  relearn();
});

hear("shipped", (brought) => {
  shipped = brought;
  known = new WeakMap();
  relearn();
});

function relearn() {
  clearTimeout(later);
  if (!shipped || !taught.drawings.length) return tellReader(shipped);
  if (readAll(performance.now() + SLICE)) return tellReader(learnt());
  // Many take a while: until then the page reads as before.
  if (!current) tellReader(shipped);
  later = setTimeout(relearn);
}

function tellReader(reader) {
  if (reader === current) return;
  current = reader;
  tell("reader", reader);
}

// Whether all are read when the time is up.
function readAll(ended) {
  for (const drawing of taught.drawings) {
    if (known.has(drawing.strokes)) continue;
    if (performance.now() > ended) return false;
    const seen = see(toStrokes(drawing), PAD);
    known.set(drawing.strokes, seen && featuresOf(shipped, seen));
  }
  return true;
}

function learnt() {
  const drawings = taught.drawings
    .map(({ label, strokes }) => ({ label, features: known.get(strokes) }))
    .filter(({ features }) => features); // no ink, if a stranger's file says so
  return drawings.length ? learntReader(shipped, drawings) : shipped;
}

tell("taught", taught);
