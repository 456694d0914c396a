// Drawings to be kept, in files and in links: {label, width, strokes}, strokes being lists of
// [x, y] and all lengths shares of the pad's height, x to the right and y down. A label is a digit,
// or null for what is none. What a file or a link says is a stranger's word.

import { distanceTo, reach, round, rounded, subdivide } from "./strokes.js";

const MOST_STROKES = 200;
const MOST_POINTS = 5000;
const WIDEST = 2; // of pads
const BRUSHES = [0.005, 0.3];
const SPACING = 0.01; // between points that are kept
const LINK_SPACING = 0.02;

// ---- from the pad

// What is kept of a drawing on the pad, strokes as in strokes.js: what was rubbed out is cut away,
// the lines have fewer points, and one width, the widest brush's. One that is larger than a pad, as
// a narrow one shows it smaller, is kept smaller. No stroke may be left. It is the same one when the
// strokes were written and read.
export function toDrawing(strokes, label) {
  const inked = shrunk(cut(rounded(strokes))).filter(({ points }) => points.some(isOnPad));
  const width = Math.max(0, ...inked.map((stroke) => stroke.width));
  return {
    label,
    width: round(width),
    strokes: inked.map(({ points }) => thin(points.map(clamp), SPACING).map((p) => p.map(round))),
  };
}

// Strokes made smaller where they surely leave ink beyond the widest pad.
function shrunk(strokes) {
  const [across, down] = reach(strokes).map(({ least }) => least);
  const scale = 1 / Math.max(1, across / WIDEST, down);
  return strokes.map(({ points, width }) => ({
    points: points.map(times(scale)),
    width: width * scale,
  }));
}

// The strokes of a drawing as on the pad.
export const toStrokes = ({ width, strokes }) =>
  strokes.map((points) => ({ points, width, erase: false }));

// The square around a drawing and its lines' width: {left, top, side}.
export function extentOf({ width, strokes }) {
  const [xs, ys] = [0, 1].map((axis) => strokes.flat().map((point) => point[axis]));
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const side = Math.max(right - left, bottom - top) + 2 * width;
  return { left: (left + right - side) / 2, top: (top + bottom - side) / 2, side };
}

// The drawing, made smaller where it is wider than a pad of `aspect`.
export function fit({ label, width, strokes }, aspect) {
  const scale = Math.min(1, aspect / Math.max(...strokes.flat().map(([x]) => x + width / 2)));
  const smaller = strokes.map((points) => points.map(times(scale)));
  return { label, width: width * scale, strokes: smaller };
}

const times =
  (scale) =>
  ([x, y]) => [x * scale, y * scale];
const clamp = ([x, y]) => [between(0, x, WIDEST), between(0, y, 1)];
const between = (low, value, high) => Math.min(Math.max(value, low), high);
const isOnPad = ([x, y]) => x >= 0 && x <= WIDEST && y >= 0 && y <= 1;
const distance = ([x, y], [u, v]) => Math.hypot(x - u, y - v);

// The points that are `spacing` apart at least, and the last one.
function thin(points, spacing) {
  const kept = [points[0]];
  for (const point of points.slice(1))
    if (distance(point, kept.at(-1)) >= spacing) kept.push(point);
  const last = points.at(-1);
  if (distance(last, kept.at(-1)) > 0) kept.push(last);
  return kept;
}

// The strokes that leave ink, in the pieces that are left of their centre lines where later
// erasers passed.
export function cut(strokes) {
  return strokes.reduce(
    (left, stroke) =>
      stroke.erase ? left.flatMap((inked) => cutStroke(inked, stroke)) : [...left, stroke],
    [],
  );
}

function cutStroke(stroke, eraser) {
  const reach = eraser.width / 2;
  const dense = subdivide(stroke.points, reach / 4);
  const isLeft = (point) => distanceTo(eraser.points, point) >= reach;
  if (dense.every(isLeft)) return [stroke];
  const pieces = [[]];
  for (const point of dense)
    if (isLeft(point)) pieces.at(-1).push(point);
    else if (pieces.at(-1).length) pieces.push([]);
  return pieces.filter((piece) => piece.length).map((points) => ({ ...stroke, points }));
}

// ---- files: JSON lines

// The text of a file: a line for each drawing, {"label": 1, "width": 0.06, "strokes": [...]}.
export const writeDrawings = (drawings) =>
  drawings
    .map(({ label, width, strokes }) => `${JSON.stringify({ label, width, strokes })}\n`)
    .join("");

// The drawings in such a text, empty lines left out: {drawings}, or {problem, line} with the first
// line that is none, from 1, and what is wrong with it, as findProblem tells.
export function readDrawings(text) {
  const drawings = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const drawing = parse(line);
    const problem = findProblem(drawing);
    if (problem) return { problem, line: i + 1 };
    drawings.push(pick(drawing));
  }
  return { drawings };
}

// The drawings in a text of which some lines may be damaged.
export const rescueDrawings = (text) =>
  text
    .split("\n")
    .map(parse)
    .filter((drawing) => !findProblem(drawing))
    .map(pick);

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const pick = ({ label, width, strokes }) => ({ label, width, strokes });

// What keeps a value from being a drawing: "json", "label", "width", "strokes" or "size", or null.
export function findProblem(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "json";
  const { label, width, strokes } = value;
  if (label !== null && !(Number.isInteger(label) && label >= 0 && label <= 9)) return "label";
  if (!isWithin(width, ...BRUSHES)) return "width";
  if (!Array.isArray(strokes) || !strokes.length || !strokes.every(isLine)) return "strokes";
  const points = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  return strokes.length > MOST_STROKES || points > MOST_POINTS ? "size" : null;
}

const isLine = (points) => Array.isArray(points) && points.length > 0 && points.every(isPoint);
const isPoint = (point) =>
  Array.isArray(point) &&
  point.length === 2 &&
  isWithin(point[0], 0, WIDEST) &&
  isWithin(point[1], 0, 1);
const isWithin = (value, low, high) => Number.isFinite(value) && value >= low && value <= high;

// ---- links: thousandths, as in #drawing=60_500-100-500-900, the width and the strokes

const LINK = /^#drawing=(\d+(?:_\d+(?:-\d+)*)+)$/;
const MOST_LETTERS = 20_000;

// What stands after the address of a page that draws this.
export function writeLink({ width, strokes }) {
  const thousandths = (numbers) => numbers.map((share) => Math.round(share * 1000)).join("-");
  const lines = strokes.map((points) => thousandths(thin(points, LINK_SPACING).flat()));
  return `#drawing=${[thousandths([width]), ...lines].join("_")}`;
}

// The drawing {label: null, width, strokes} that such a text holds, or null.
export function readLink(hash) {
  const said = hash.length <= MOST_LETTERS && LINK.exec(hash);
  if (!said) return null;
  const [[width], ...lines] = said[1]
    .split("_")
    .map((part) => part.split("-").map((number) => Number(number) / 1000));
  if (lines.some((numbers) => numbers.length % 2)) return null;
  const strokes = lines.map((numbers) =>
    Array.from({ length: numbers.length / 2 }, (_, i) => numbers.slice(2 * i, 2 * i + 2)),
  );
  const drawing = { label: null, width, strokes };
  return findProblem(drawing) ? null : drawing;
}
