// Strokes on a canvas, and what the network sees of them.

import { inkOf, preprocess } from "../browser/preprocess.js";
import { extent, smooth } from "../browser/strokes.js";

const SIDE = 280; // pixels that a length of 1 has for the network
const MARGIN = 2; // of paper around the strokes

// Paints strokes on a canvas, a length of 1 being `side` pixels. Opaque ink on
// nothing: the colours are the style's, and the ink is the alpha.
export function paint(context, strokes, side) {
  context.lineCap = context.lineJoin = "round";
  for (const { points, width, erase } of strokes) {
    context.globalCompositeOperation = erase ? "destination-out" : "source-over";
    context.lineWidth = width * side;
    trace(context, smooth(points), side);
  }
}

function trace(context, { start: [x, y], pieces }, side) {
  context.beginPath();
  context.moveTo(x * side, y * side);
  // A stroke of no length, a tap, would leave no dot.
  context.lineTo(x * side + 0.01, y * side);
  for (const piece of pieces) context.quadraticCurveTo(...piece.map((share) => share * side));
  context.stroke();
}

// Makes a sheet for the network: a function from strokes on a pad of a `size`, across and down, to
// uint8 (784), ink 255 on background 0, or null without ink. A length of 1 is the same everywhere.
export function makeSheet() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (strokes, size) => {
    const { left, top, right, bottom } = extent(strokes, SIDE, MARGIN, size);
    if (right <= left || bottom <= top) return null;
    const [columns, rows] = size.map((length) => Math.ceil(length * SIDE));
    if (canvas.width !== columns) canvas.width = columns;
    if (canvas.height !== rows) canvas.height = rows;
    context.clearRect(0, 0, columns, rows);
    paint(context, strokes, SIDE);
    return preprocess(inkOf(context.getImageData(left, top, right - left, bottom - top)));
  };
}
