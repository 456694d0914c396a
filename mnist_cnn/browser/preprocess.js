// From a pad's ink to the network's input, the way MNIST itself was made: what
// mnist_cnn/preprocess.py does, step by step, for the strokes on a pad. The two are
// held together by tests/test_browser_modules.py. Foreign images, photos and colours are
// Python's alone.
//
// An image is {rows, columns, values}, its values in row-major order; "ink" has uint8 values,
// 0 for paper.

export const SIDE = 28;
const BOX = 20;
const CENTER = SIDE / 2;

// What these four are, and why so large, is told in preprocess.py.
const FAINTEST_INK = 8;
const FRINGE = 1 / 16;
const SPECK = 0.02;
const PIECES_ACROSS = 128;

// From ink to what the network sees: uint8 (784), ink 255 on background 0, its bounding box
// scaled to 20 pixels and its centre of mass at index 14; null when nothing is drawn. Python's
// function of this name goes on to `toTensor`; a page shows and sends the grey levels.
export function preprocess(ink) {
  if (darkest(ink) < FAINTEST_INK) return null;
  const cleaned = withoutSpecks(ink);
  return center(scaleToBox(cleaned, boundingBox(cleaned)));
}

// Scale grey levels, uint8 (784) in [0, 255], to float32 (784) in [0, 1].
export function toTensor(grey) {
  const tensor = new Float32Array(grey.length);
  for (let i = 0; i < grey.length; i++) tensor[i] = grey[i] / 255;
  return tensor;
}

// The ink in a canvas' ImageData of opaque strokes on nothing: its alpha.
export function inkOf({ data, width, height }) {
  const values = new Uint8Array(width * height);
  for (let i = 0; i < values.length; i++) values[i] = data[4 * i + 3];
  return { rows: height, columns: width, values };
}

// The smallest box around all ink darker than the fringe, as half-open pixel ranges {top,
// bottom, left, right}; null when there is no ink.
export function boundingBox(ink) {
  const { rows, columns, values } = ink;
  const fringe = fringeOf(ink);
  const box = { top: rows, bottom: 0, left: columns, right: 0 };
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let [first, last] = [0, columns];
    while (first < last && values[start + first] <= fringe) first++;
    if (first === last) continue;
    while (values[start + last - 1] <= fringe) last--;
    box.top = Math.min(box.top, row);
    box.bottom = row + 1;
    box.left = Math.min(box.left, first);
    box.right = Math.max(box.right, last);
  }
  return box.bottom ? box : null;
}

// Scale the ink in a box so that its longer side is 20 pixels, by averaging areas: float32
// (h + 2, w + 2) with max(h, w) = 20, in [0, 255] with a darkest value of 255: the digit, and
// around it one pixel that holds its faint fringe.
export function scaleToBox(ink, box) {
  const height = box.bottom - box.top;
  const width = box.right - box.left;
  const scale = BOX / longerSide(box);
  const h = Math.max(1, rint(height * scale));
  const w = Math.max(1, rint(width * scale));
  const [fringeRows, fringeColumns] = [height / h, width / w]; // one output pixel, in source pixels
  const margin = Math.ceil(Math.max(fringeRows, fringeColumns));
  const scaled = resize(
    cropWithMargin(ink, box, margin),
    { size: h + 2, start: margin - fringeRows, end: margin + height + fringeRows },
    { size: w + 2, start: margin - fringeColumns, end: margin + width + fringeColumns },
  );
  const factor = Math.fround(255 / scaled.values.reduce((a, b) => Math.max(a, b)));
  return { ...scaled, values: scaled.values.map((grey) => grey * factor) };
}

// Place a scaled digit by its centre of mass, shifted by whole pixels: uint8 (784), background
// 0, the centre of mass within [13.5, 14.5) on both axes unless the digit would then leave the
// field: it is never cut off.
export function center(digit) {
  const { rows: h, columns: w, values } = digit;
  const [row, column] = centerOfMass(digit);
  // A fringe pixel may fall off the field, the h - 2 by w - 2 pixels inside it may not.
  const top = clip(Math.ceil(CENTER - 0.5 - row), -1, SIDE - h + 1);
  const left = clip(Math.ceil(CENTER - 0.5 - column), -1, SIDE - w + 1);
  const field = new Uint8Array(SIDE * SIDE);
  for (let r = Math.max(0, top); r < Math.min(SIDE, top + h); r++)
    for (let c = Math.max(0, left); c < Math.min(SIDE, left + w); c++)
      field[r * SIDE + c] = rint(values[(r - top) * w + c - left]);
  return field;
}

// The row and column of the centre of mass of grey levels, in pixel indices.
export function centerOfMass({ rows, columns, values }) {
  let [mass, byRow, byColumn] = [0, 0, 0];
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) {
      mass += values[at];
      byRow += values[at] * row;
      byColumn += values[at] * column;
    }
  return [byRow / mass, byColumn / mass];
}

// Blank out pieces of ink that are small and far from the largest piece.
export function withoutSpecks(ink) {
  const box = boundingBox(ink);
  if (!box) return ink;
  const step = 1 + Math.floor(longerSide(box) / PIECES_ACROSS); // a coarse grid, for speed
  const counts = blockCounts(ink, box, step);
  const { labels, pieces } = findPieces(counts);
  const isSpeck = specks(pieces);
  if (!isSpeck.includes(true)) return ink;
  const values = ink.values.slice();
  for (let row = box.top; row < box.bottom; row++) {
    const blocks = (1 + Math.floor((row - box.top) / step)) * counts.columns + 1;
    for (let column = box.left, block = blocks; column < box.right; column += step, block++) {
      const start = row * ink.columns + column;
      const end = row * ink.columns + Math.min(column + step, box.right);
      if (isSpeck[labels[block] - 1]) values.fill(0, start, end);
    }
  }
  return { ...ink, values };
}

// Tell which pieces are stray specks.
function specks(pieces) {
  const largest = pieces.reduce((a, b) => (b.area > a.area ? b : a));
  const side = longerSide(largest);
  return pieces.map(({ area, top, bottom, left, right }) => {
    // Distance between the boxes of two pieces: 0 where they overlap.
    const rows = Math.max(top - largest.bottom, largest.top - bottom);
    const columns = Math.max(left - largest.right, largest.left - right);
    const distance = Math.max(0, rows, columns) / side;
    return area < SPECK * (distance * distance) * largest.area;
  });
}

// Count, in blocks of step x step pixels of a box, the ink that is darker than the fringe. Around
// the blocks lies one of paper on every side, so that each has eight neighbours.
function blockCounts(ink, box, step) {
  const rows = 2 + Math.ceil((box.bottom - box.top) / step);
  const columns = 2 + Math.ceil((box.right - box.left) / step);
  const values = new Int32Array(rows * columns);
  const grey = ink.values;
  const fringe = fringeOf(ink);
  for (let row = box.top; row < box.bottom; row++) {
    const end = row * ink.columns + box.right;
    let block = (1 + Math.floor((row - box.top) / step)) * columns + 1;
    for (let at = row * ink.columns + box.left; at < end; block++) {
      let count = 0;
      for (const next = Math.min(at + step, end); at < next; at++) if (grey[at] > fringe) count++;
      values[block] += count;
    }
  }
  return { rows, columns, values };
}

// Find the pieces of a grid of counts, those that touch at a corner being one: `labels`, for
// each block 0 or the number of its piece from 1; `pieces`, {area, top, bottom, left, right}.
function findPieces(counts) {
  const labels = new Uint16Array(counts.values.length);
  const pieces = [];
  for (let seed = 0; seed < labels.length; seed++) {
    if (!counts.values[seed] || labels[seed]) continue;
    const blocks = spread(counts, labels, seed, pieces.length + 1);
    pieces.push(measurePiece(counts, blocks));
  }
  return { labels, pieces };
}

// Label the piece around a block, and list its blocks.
function spread({ columns, values }, labels, seed, label) {
  const around = [-columns - 1, -columns, -columns + 1, -1, 1, columns - 1, columns, columns + 1];
  const blocks = [seed];
  labels[seed] = label;
  for (let k = 0; k < blocks.length; k++)
    for (const step of around) {
      const block = blocks[k] + step;
      if (!values[block] || labels[block]) continue;
      labels[block] = label;
      blocks.push(block);
    }
  return blocks;
}

function measurePiece({ rows, columns, values }, blocks) {
  const piece = { area: 0, top: rows, bottom: 0, left: columns, right: 0 };
  for (const block of blocks) {
    const row = Math.floor(block / columns);
    const column = block - row * columns;
    piece.area += values[block];
    piece.top = Math.min(piece.top, row);
    piece.bottom = Math.max(piece.bottom, row + 1);
    piece.left = Math.min(piece.left, column);
    piece.right = Math.max(piece.right, column + 1);
  }
  return piece;
}

// Cut out a box and a margin around it, 0 where that leaves the canvas.
function cropWithMargin({ rows, columns, values }, box, margin) {
  const width = box.right - box.left + 2 * margin;
  const height = box.bottom - box.top + 2 * margin;
  const crop = new Uint8Array(height * width);
  const left = Math.max(0, box.left - margin);
  const right = Math.min(columns, box.right + margin);
  for (let row = Math.max(0, box.top - margin); row < Math.min(rows, box.bottom + margin); row++)
    crop.set(
      values.subarray(row * columns + left, row * columns + right),
      (row - box.top + margin) * width + left - box.left + margin,
    );
  return { rows: height, columns: width, values: crop };
}

// Scale a part of an image, `start` to `end` along each axis, to float32 (`size` of rows, `size`
// of columns), as Pillow does with its BOX filter in mode F: first along the rows, then along
// the columns, rounding to float32 after each.
function resize({ rows, columns, values }, alongRows, alongColumns) {
  const across = coverage(columns, alongColumns);
  const down = coverage(rows, alongRows);
  const narrow = new Float32Array(rows * across.length);
  for (let row = down[0].first, at = row * across.length; row < down.at(-1).last; row++)
    for (const { first, last, weight } of across) {
      let sum = 0;
      for (let column = first; column < last; column++)
        sum += values[row * columns + column] * weight;
      narrow[at++] = sum;
    }
  const scaled = new Float32Array(down.length * across.length);
  let at = 0;
  for (const { first, last, weight } of down)
    for (let column = 0; column < across.length; column++) {
      let sum = 0;
      for (let row = first; row < last; row++) sum += narrow[row * across.length + column] * weight;
      scaled[at++] = sum;
    }
  return { rows: down.length, columns: across.length, values: scaled };
}

// For each output pixel along one axis, the source pixels whose middles it covers: half-open
// ranges [{first, last, weight}], each pixel in one with the same weight.
function coverage(length, { size, start, end }) {
  // Pillow takes the part as float32, and computes from there on in float64.
  const from = Math.fround(start);
  const scale = Math.fround(Math.fround(end) - from) / size;
  // An output pixel smaller than a source pixel takes the nearest one.
  const reach = Math.max(scale, 1);
  return Array.from({ length: size }, (_, k) => {
    const middle = from + (k + 0.5) * scale;
    const covers = (pixel) => {
      const offset = (pixel - middle + 0.5) * (1 / reach);
      return offset > -0.5 && offset <= 0.5;
    };
    let first = Math.max(0, Math.trunc(middle - 0.5 * reach + 0.5));
    let last = Math.min(length, Math.trunc(middle + 0.5 * reach + 0.5));
    while (first < last && !covers(first)) first++;
    while (first < last && !covers(last - 1)) last--;
    return { first, last, weight: 1 / (last - first) };
  });
}

// Ink up to this does not set the size of the digit.
const fringeOf = (ink) => Math.floor(darkest(ink) * FRINGE);

function darkest({ values }) {
  let most = 0;
  for (let i = 0; i < values.length && most < 255; i++) if (values[i] > most) most = values[i];
  return most;
}

const longerSide = ({ top, bottom, left, right }) => Math.max(bottom - top, right - left);

const clip = (value, least, most) => Math.min(Math.max(value, least), most);

// To the nearest whole number and from a half to the even one, as NumPy and Python round.
function rint(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}
