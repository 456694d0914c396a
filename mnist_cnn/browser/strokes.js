// The strokes of a drawing: {points: [[x, y], ...], width, erase}, all lengths as shares of the
// pad's height, x to the right and y down, so that a drawing can be painted at any resolution.

// The part of a pad that holds the strokes which leave ink, and `margin` pixels around them,
// within the pad: {left, top, right, bottom}, half-open. Empty without such strokes. A length of
// 1 is `side` pixels; `size` is the pad's, across and down.
export function extent(strokes, side, margin, size = [1, 1]) {
  const [[left, right], [top, bottom]] = size.map((length, axis) => {
    const [start, end] = range(strokes, axis, 1);
    if (start > end) return [0, 0];
    return [
      Math.max(0, Math.floor(start * side) - margin),
      Math.min(Math.ceil(length * side), Math.ceil(end * side) + margin),
    ];
  });
  return { left, top, right, bottom };
}

// How far strokes go that leave ink, to the right and down, with none of the brush's width and
// with all of it: [{least, most}, {least, most}].
export const reach = (strokes) =>
  [0, 1].map((axis) => ({
    least: range(strokes, axis, -1)[1],
    most: range(strokes, axis, 1)[1],
  }));

// From where to where strokes go that leave ink, with their brush's width or, `sign` being -1,
// as far as they surely go.
function range(strokes, axis, sign) {
  let [start, end] = [Infinity, -Infinity];
  for (const { points, width, erase } of strokes) {
    if (erase) continue;
    for (const point of points) {
      start = Math.min(start, point[axis] - (sign * width) / 2);
      end = Math.max(end, point[axis] + (sign * width) / 2);
    }
  }
  return [start, end];
}

// The same line with points at most `step` apart.
export function subdivide(points, step) {
  return points.flatMap((point, i) => {
    const [x, y] = points[i - 1] ?? point;
    const count = Math.max(1, Math.ceil(Math.hypot(point[0] - x, point[1] - y) / step));
    return Array.from({ length: count }, (_, k) => {
      const share = (k + 1) / count;
      return [x + share * (point[0] - x), y + share * (point[1] - y)];
    });
  });
}

// How far a point is from the line through points.
export function distanceTo(points, [x, y]) {
  let least = Infinity;
  points.forEach(([endX, endY], i) => {
    const [startX, startY] = points[i - 1] ?? [endX, endY];
    const [dx, dy] = [endX - startX, endY - startY];
    const along = ((x - startX) * dx + (y - startY) * dy) / (dx * dx + dy * dy || 1);
    const share = Math.min(1, Math.max(0, along));
    least = Math.min(least, Math.hypot(x - startX - share * dx, y - startY - share * dy));
  });
  return least;
}

// The path through a stroke's points: its start and its pieces [x, y, endX, endY], a handle and
// an end each, in the same shares. Curves through the midpoints hide the corners.
export function smooth(points) {
  const [start, ...rest] = points;
  const pieces = rest.map(([x, y], i) => {
    const [nextX, nextY] = rest[i + 1] ?? [x, y];
    return [x, y, (x + nextX) / 2, (y + nextY) / 2];
  });
  return { start, pieces };
}

// To a tenth of a thousandth.
export const round = (share) => Math.round(share * 1e4) / 1e4;

// The strokes as write keeps them.
export const rounded = (strokes) =>
  strokes.map(({ points, width, erase }) => ({
    points: points.map((point) => point.map(round)),
    width: round(width),
    erase,
  }));

// Text from which read gives the strokes back, rounded.
export const write = (strokes) => JSON.stringify(rounded(strokes));

// The strokes in a text that write made, or none in any other text.
export function read(text) {
  try {
    const strokes = JSON.parse(text);
    return strokes.every(isStroke) ? strokes : [];
  } catch {
    return [];
  }
}

const isStroke = ({ points, width, erase }) =>
  points.length > 0 &&
  points.every((point) => point.length === 2 && point.every(Number.isFinite)) &&
  Number.isFinite(width) &&
  typeof erase === "boolean";
