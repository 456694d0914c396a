// Where on a chart its values, ticks and lines lie; and how pale its points are.

// A share of all values from which on a point is not pale, and the palest one: as in figures.py.
const SOLID = 0.01;
const PALEST = 0.15;

// Returns a function from a value in [low, high] to a place in [start, end]; where low is high,
// to the middle.
export const scale =
  ([low, high], [start, end]) =>
  (value) =>
    start + (low === high ? 0.5 : (value - low) / (high - low)) * (end - start);

// Round values at equal distances, some `most` of them, from at or under low to at or over high;
// low alone where high is not above it.
export function ticks(low, high, most) {
  if (!(high > low)) return [low];
  const least = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((round) => round * power >= least) ?? 10);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => +((first + i) * step).toPrecision(12));
}

// Whole numbers among the ticks of 1 to n, for what is counted.
export const counts = (n, most) =>
  ticks(1, n, most).filter((tick) => Number.isInteger(tick) && tick >= 1 && tick <= n);

// The index of the place that is nearest, of two the first.
export const nearest = (places, at) =>
  places.reduce(
    (best, place, i) => (Math.abs(place - at) < Math.abs(places[best] - at) ? i : best),
    0,
  );

// The lines through points, null where there is none: such a gap ends a line.
export function lines(points) {
  const found = [[]];
  for (const point of points) {
    if (point) found.at(-1).push(point);
    else found.push([]);
  }
  return found.filter((line) => line.length > 0);
}

// The opacity of a point that stands for a share of all values: few values jump about.
export const opacity = (share) => Math.min(1, Math.max(PALEST, Math.sqrt(share / SOLID)));
