// Learning from corrections: the network's last layer is moved to read drawings as their writer
// says, and pulled back to where it was, so that a few drawings change little else. Held to NumPy
// by tests/test_browser_modules.py.

export const PULL = 10; // on the squares of what is changed, by half
export const STEPS = 60;

// Learn n drawings: features, n arrays of what the layer before the last made of them (128 each),
// and labels, the digit of each, or null where it is none. Returns what {kernel, bias} of the last
// layer, given as parseWeights returns them, become: both {shape, values}, float64.
//
// Gradient descent from the given weights W on the sum of the cross-entropies + PULL / 2 |dW|^2,
// the bias being the weight of an input that is always 1. No digit is ten equal probabilities. A
// step that leads up, as it may among many drawings, is taken back and halved.
export function learn({ kernel, bias }, features, labels) {
  const start = Float64Array.from([...kernel.values, ...bias.values]);
  const drawings = features.map((inputs, i) => sparse(inputs, target(labels[i], bias.shape[0])));
  const [weights, best] = [start.slice(), { weights: start.slice(), gradient: start.slice() }];
  const gradient = new Float64Array(start.length);
  let [size, least] = [1 / (steepness(drawings) + PULL), Infinity];
  for (let step = 0; step <= STEPS; step++) {
    const loss = descend(gradient, weights, start, drawings);
    if (loss <= least) {
      least = loss;
      best.weights.set(weights);
      best.gradient.set(gradient);
    } else size /= 2;
    for (let i = 0; i < start.length; i++) weights[i] = best.weights[i] - size * best.gradient[i];
  }
  return {
    kernel: { shape: kernel.shape, values: best.weights.slice(0, kernel.values.length) },
    bias: { shape: bias.shape, values: best.weights.slice(kernel.values.length) },
  };
}

// Returns what is minimised, and writes its gradient.
function descend(gradient, weights, start, drawings) {
  let loss = 0;
  for (let i = 0; i < start.length; i++) {
    const change = weights[i] - start[i];
    gradient[i] = PULL * change;
    loss += (PULL / 2) * change * change;
  }
  for (const drawing of drawings) loss += addGradient(gradient, weights, drawing);
  return loss;
}

const target = (label, n) =>
  Float64Array.from({ length: n }, (_, k) => (label === null ? 1 / n : Number(k === label)));

// The inputs that are not 0, after a relu about half, and the 1 of the bias: their values, and
// where their weights begin.
function sparse(inputs, probabilities) {
  const places = [...inputs.keys()].filter((i) => inputs[i] !== 0);
  const n = probabilities.length;
  return {
    values: Float64Array.from([...places.map((i) => inputs[i]), 1]),
    begins: Int32Array.from([...places, inputs.length], (i) => i * n),
    target: probabilities,
    wrong: new Float64Array(n),
  };
}

// mean |f|^2 / 2, f with the bias's 1.
function steepness(drawings) {
  const squares = drawings.map(({ values }) => values.reduce((sum, v) => sum + v * v, 0));
  return squares.reduce((a, b) => a + b) / squares.length / 2;
}

// Returns one drawing's cross-entropy, and adds its gradient: inputs x (probabilities - target).
function addGradient(gradient, weights, { values, begins, target, wrong }) {
  for (let unit = 0; unit < wrong.length; unit += 5) sum(wrong, weights, values, begins, unit);
  let largest = wrong[0];
  for (let k = 1; k < wrong.length; k++) largest = Math.max(largest, wrong[k]);
  let [total, said] = [0, 0];
  for (let k = 0; k < wrong.length; k++) {
    said += target[k] * (wrong[k] - largest);
    total += wrong[k] = Math.exp(wrong[k] - largest);
  }
  for (let k = 0; k < wrong.length; k++) wrong[k] = wrong[k] / total - target[k];
  for (let unit = 0; unit < wrong.length; unit += 5) spread(wrong, gradient, values, begins, unit);
  return Math.log(total) - said;
}

// The logits, and the gradient that they are spread to: five units at a time, in local variables,
// for speed.
function sum(sums, weights, values, begins, unit) {
  let [a, b, c, d, e] = [0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const at = begins[i] + unit;
    a += value * weights[at];
    b += value * weights[at + 1];
    c += value * weights[at + 2];
    d += value * weights[at + 3];
    e += value * weights[at + 4];
  }
  sums[unit] = a;
  sums[unit + 1] = b;
  sums[unit + 2] = c;
  sums[unit + 3] = d;
  sums[unit + 4] = e;
}

function spread(sums, gradient, values, begins, unit) {
  const a = sums[unit];
  const b = sums[unit + 1];
  const c = sums[unit + 2];
  const d = sums[unit + 3];
  const e = sums[unit + 4];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const at = begins[i] + unit;
    gradient[at] += value * a;
    gradient[at + 1] += value * b;
    gradient[at + 2] += value * c;
    gradient[at + 3] += value * d;
    gradient[at + 4] += value * e;
  }
}
