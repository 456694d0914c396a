// A number out of strokes, as mnist_cnn/number.py makes it out of ink: its pieces stand in a row,
// and every group of neighbours is read as one digit. Of all ways to cut the row into groups, the
// one is taken that the network likes best; where it hardly minds, a digit is about as tall as the
// others, and in one place.

import { distanceTo, subdivide } from "./strokes.js";

const MOST = 4; // pieces in a digit
const WIDEST = 1.7; // times as wide as high: no digit is
const SPECK = 0.1; // of the largest piece's longer side
// What is taken off a group's score, the log of a probability. On pen drawings these two mend half
// of the wrong cuts; rules on touching and overlapping strokes made more wrong ones.
const SMALL = 2; // for each of the row's heights by which a digit is lower
const SMALLEST = 0.8; // of the row's height, that costs nothing
const APART = 1; // for each of the row's heights that lie empty between a digit's pieces
// What is crossed out would be taken for several digits in one place.
const COVERED = 0.7; // of the smaller one's box, that two digits may have in common for nothing
const CLASH = 4; // for two digits that have more in common
const STEP = 0.02; // between the places at which an eraser is looked for
const ROUNDING = 1e-9; // a dot's box is as large as the brush, but for that

// The sizes of the groups, from left to right, of the best way to cut a row of n pieces:
// scores[i][k - 1] is the log of the top probability of pieces i to i + k - 1 read as one digit,
// -Infinity where that is impossible; cost(start, middle, end) is taken off for two groups that
// follow each other. The sum is the largest that there is. Of equal sums the one whose last group
// is smallest.
export function bestCut(scores, cost = () => 0) {
  // The best ways to every end, one for each size of the last group.
  const ways = [[{ sum: 0, sizes: [] }]];
  for (let end = 1; end <= scores.length; end++) {
    ways.push([]);
    for (let size = 1; size <= Math.min(MOST, end); size++) {
      const middle = end - size;
      const longer = ways[middle].map(({ sum, sizes }) => {
        const taken = sizes.length ? cost(middle - sizes.at(-1), middle, end) : 0;
        return { sum: sum + scores[middle][size - 1] - taken, sizes: [...sizes, size] };
      });
      ways[end].push(longer.reduce(better));
    }
  }
  return ways.at(-1).reduce(better).sizes;
}

const better = (one, other) => (other.sum > one.sum ? other : one);

// Makes a reader of numbers, out of `see` (strokes, size -> uint8 (784), or null without ink) and
// `read` (such an image -> an answer, as a reader's): a function from the strokes on a pad of a
// size to the digits on it from left to right. Each is an answer with its `strokes`, which alone
// give what was seen, the `sources` that those are of or parts of, and their `box`. On a pad of the
// same size, what an eraser left of strokes and groups already read are kept: in a frame, those are
// read that the moving stroke is in.
export function makeNumberReader({ see, read }) {
  const nameOf = namer();
  const recallParts = keeper();
  const recallAnswer = keeper();

  return (strokes, size) => {
    const parts = recallParts();
    const answers = recallAnswer(String(size));
    const answerTo = (group) =>
      answers(group.map((piece) => piece.key).join(" "), () => answer(group));
    const answer = (group) => {
      const drawn = strokesOf(group, strokes);
      const seen = see(drawn, size);
      const sources = new Set(group.map(({ stroke }) => stroke));
      const box = around(group.map((piece) => piece.box));
      return seen && { ...read(seen), strokes: drawn, sources, box };
    };
    const pieces = findPieces(strokes, nameOf, parts).filter((piece) => answerTo([piece]));
    return bestGroups(pieces, answerTo).map(answerTo);
  };
}

// Keeps what was worked out in the last frame: a function that begins a frame, "where" being what
// all of it goes by, and gives one from a key, and a way to make it, to what the key stands for.
function keeper() {
  let [here, known, kept] = ["", new Map(), new Map()];
  return (where = "") => {
    [here, known, kept] = [where, here === where ? kept : new Map(), new Map()];
    return (key, make) => {
      if (!kept.has(key)) kept.set(key, known.has(key) ? known.get(key) : make());
      return kept.get(key);
    };
  };
}

// The groups of the best cut, as mnist_cnn.number.choose_digits has them. The network is sure of a
// group at most: what could not be in the best cut even then is never read.
export function bestGroups(pieces, answerTo) {
  const row = Math.max(...pieces.map(({ box }) => height(box)));
  const groups = pieces.map((_, i) =>
    pieces.slice(i, i + MOST).map((_, k) => pieces.slice(i, i + k + 1)),
  );
  // A speck alone is no digit, and costs nothing.
  const isLoneSpeck = (group) => group.length === 1 && isSpeck(group[0], pieces);
  const scores = groups.map((from) =>
    from.map((group) => {
      if (isLoneSpeck(group)) return 0;
      return isWide(group) ? -Infinity : -doubt(group, row);
    }),
  );
  const boxes = groups.map((from) =>
    from.map((group) => (isLoneSpeck(group) ? null : around(group.map(({ box }) => box)))),
  );
  const cost = (start, middle, end) => {
    const [one, other] = [boxes[start][middle - start - 1], boxes[middle][end - middle - 1]];
    return one && other ? clash(one, other) : 0;
  };
  const isRead = new Set();
  for (;;) {
    let at = 0;
    const cut = bestCut(scores, cost).map((size) => [(at += size) - size, size - 1]);
    const unread = cut.filter(([i, k]) => !isRead.has(groups[i][k]));
    if (!unread.length)
      return cut.map(([i, k]) => groups[i][k]).filter((group) => !isLoneSpeck(group));
    for (const [i, k] of unread) {
      isRead.add(groups[i][k]);
      if (!isLoneSpeck(groups[i][k])) scores[i][k] += confidence(answerTo(groups[i][k]));
    }
  }
}

const confidence = (answer) => (answer ? Math.log(Math.max(...answer.probabilities)) : -Infinity);

// What speaks against a group being a digit, besides the network; the row is `row` high.
function doubt(group, row) {
  const boxes = group.map(({ box }) => box);
  const lower = SMALLEST - longer(around(boxes)) / row;
  return SMALL * Math.max(0, lower) + (APART * gaps(boxes)) / row;
}

// What speaks against two digits with these boxes.
function clash(a, b) {
  const rows = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const columns = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const smaller = Math.min(area(a), area(b));
  return rows > 0 && columns > 0 && rows * columns > COVERED * smaller ? CLASH : 0;
}

// The widths of the gaps between a group's pieces, seen from above.
function gaps(boxes) {
  const starts = boxes.map((_, k) => Math.min(...boxes.slice(k).map(({ left }) => left)));
  const ends = boxes.map((_, k) => Math.max(...boxes.slice(0, k + 1).map(({ right }) => right)));
  return ends.slice(0, -1).reduce((sum, end, k) => sum + Math.max(0, starts[k + 1] - end), 0);
}

// ---- pieces, {stroke, points, part, parts, erasers, key, box}: a stroke, or what an eraser has
// left of one

// The pieces of a drawing, from left to right by the middles of their boxes. `nameOf` names strokes
// as they are, and `recall` is a keeper's, from such a name to what erasers left.
export function findPieces(strokes, nameOf, recall) {
  const pieces = strokes.flatMap((stroke, at) => {
    if (stroke.erase) return [];
    const box = boxOf(stroke);
    const erasers = strokes.slice(at + 1).filter((other) => other.erase && meet(box, boxOf(other)));
    const key = [stroke, ...erasers].map(nameOf).join("-");
    const parts = erasers.length
      ? recall(key, () => remains(stroke, erasers))
      : [stroke.points];
    return parts.map((points, part) => ({
      stroke,
      points,
      parts: parts.length,
      erasers,
      key: `${key}/${part}`,
      box: boxOf({ ...stroke, points }),
    }));
  });
  return pieces.sort((a, b) => middle(a.box) - middle(b.box) || a.box.left - b.box.left);
}

// A function that gives strokes their names: another one when points were added.
function namer() {
  const numbers = new WeakMap();
  let count = 0;
  return (stroke) => {
    if (!numbers.has(stroke)) numbers.set(stroke, count++);
    return `${numbers.get(stroke)}:${stroke.points.length}`;
  };
}

// What to paint for a group, in the order of drawing. A stroke of which all is there is painted
// as it was drawn.
function strokesOf(group, strokes) {
  const has = new Set(group.flatMap(({ erasers }) => erasers));
  return strokes.flatMap((stroke) => {
    if (stroke.erase) return has.has(stroke) ? [stroke] : [];
    const parts = group.filter((piece) => piece.stroke === stroke);
    if (!parts.length || parts.length === parts[0].parts) return parts.length ? [stroke] : [];
    return parts.map(({ points }) => ({ ...stroke, points }));
  });
}

// The runs of a stroke's points that erasers have left: each with the first points beyond it,
// so that its ink goes as far as before. An eraser cuts where it covers the brush.
function remains({ points, width }, erasers) {
  const runs = [];
  let run = null;
  let last = null;
  for (const point of subdivide(points, STEP)) {
    const covers = (eraser) => distanceTo(eraser.points, point) <= (eraser.width - width) / 2;
    const isGone = erasers.some(covers);
    if (!isGone && !run) runs.push((run = last ? [last] : []));
    run?.push(point);
    if (isGone) run = null;
    last = point;
  }
  return runs;
}

// ---- boxes: {left, top, right, bottom}, with the brush's width

function boxOf({ points, width }) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x - width / 2);
    box.right = Math.max(box.right, x + width / 2);
    box.top = Math.min(box.top, y - width / 2);
    box.bottom = Math.max(box.bottom, y + width / 2);
  }
  return box;
}

const around = (boxes) => ({
  left: Math.min(...boxes.map((box) => box.left)),
  top: Math.min(...boxes.map((box) => box.top)),
  right: Math.max(...boxes.map((box) => box.right)),
  bottom: Math.max(...boxes.map((box) => box.bottom)),
});

const middle = ({ left, right }) => (left + right) / 2;
const height = ({ top, bottom }) => bottom - top;
const area = (box) => (box.right - box.left) * height(box);
const longer = (box) => Math.max(box.right - box.left, height(box));

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

// One stroke is read whatever its form.
function isWide(group) {
  const box = around(group.map((piece) => piece.box));
  return group.length > 1 && box.right - box.left > WIDEST * height(box);
}

// A dot, or what an eraser has overlooked.
function isSpeck({ box, stroke }, pieces) {
  const largest = Math.max(...pieces.map((piece) => longer(piece.box) - piece.stroke.width));
  return longer(box) - stroke.width < SPECK * largest - ROUNDING;
}
