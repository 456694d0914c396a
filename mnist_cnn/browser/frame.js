// A frame on a picture: [left, top, right, bottom] as shares of the picture's sides, from its
// upper left corner, 0 to 1.

import { ARROWS } from "./arrows.js";

// Where a frame begins that no mouse has drawn.
export const MIDDLE = [0.25, 0.25, 0.75, 0.75];

const STEP = 0.02;

export const isArrow = (key) => key in ARROWS;

// The frame that has two points [across, down] for its corners.
export function between([a, b], [c, d]) {
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

// The frame that an arrow key moves by a step; it stays on the picture and keeps its size.
export function move([left, top, right, bottom], key) {
  const [down, across] = ARROWS[key].map((step) => step * STEP);
  const x = clamp(across, -left, 1 - right);
  const y = clamp(down, -top, 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

// The frame whose right or lower edge an arrow key moves by a step, on the picture and never
// narrower or lower than `least`.
export function size([left, top, right, bottom], key, least) {
  const [down, across] = ARROWS[key].map((step) => step * STEP);
  const far = (start, end, step) => clamp(end + step, Math.min(end, start + least), 1);
  return [left, top, far(left, right, across), far(top, bottom, down)];
}

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
