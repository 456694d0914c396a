// The arithmetic of one number: how a value in a layer's output comes about from the layer
// before, in numbers that add up. Plain data, for a page to lay out.

import { softmax } from "./network.js";
import { SIDE } from "./preprocess.js";

// Explain one number of what a model made of an image.
//
// `model` and `tensor` as they last went to `predict`; `index` is that of the layer, `place`
// [row, column, channel] in its maps or [unit]; `most` is how many inputs of a dense layer are
// told one by one. Returns `kind`, `output`, the value at that place, and what leads to it:
// see convolution, pooling, unit and share, after which the kinds are named.
export function explain(model, tensor, index, place, most = 5) {
  const layer = model.layers[index];
  const before = index ? model.layers[index - 1] : { shape: [SIDE, SIDE, 1], output: tensor };
  const output = at(layer, place);
  if (layer.kind === "Conv2D")
    return { kind: "convolution", output, ...convolution(layer, before, place) };
  if (layer.kind === "MaxPooling2D") return { kind: "pooling", output, ...pooling(before, place) };
  const [kind, tell] = layer.activation === softmax ? ["share", share] : ["unit", unit];
  return { kind, output, ...tell(layer, before, place, most) };
}

// For each channel of the layer before, strongest first: the 3x3 `patch`, 0 beyond the border,
// the 3x3 `kernel`, and the `sum` of their products. Then the sum of these sums, the bias, and
// both together, `total`; the output is that, or 0 where it is negative.
function convolution({ kernel, bias }, before, [row, column, channel]) {
  const three = [0, 1, 2];
  const channels = range(before.shape[2]).map((k) => {
    const patch = three.map((i) => three.map((j) => at(before, [row + i - 1, column + j - 1, k])));
    const weights = three.map((i) => three.map((j) => weight(kernel, [i, j, k, channel])));
    const products = patch.flatMap((line, i) => line.map((value, j) => value * weights[i][j]));
    return { channel: k, patch, kernel: weights, sum: add(products) };
  });
  const sum = add(channels.map((one) => one.sum));
  channels.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  return { channels, sum, bias: bias.values[channel], total: sum + bias.values[channel] };
}

// The 2x2 `values` of which the output is the largest.
function pooling(before, [row, column, channel]) {
  const two = [0, 1];
  const value = (i, j) => at(before, [2 * row + i, 2 * column + j, channel]);
  return { values: two.map((i) => two.map((j) => value(i, j))) };
}

// The strongest `contributions`, each with the `place` of its input, `value`, `weight` and
// `product`; `rest`, {count, sum} of all others whose input is not 0; the sum of them all, the
// bias, and both together, `total`; the output is that, or 0 where it is negative.
function unit({ kernel, bias }, before, [k], most) {
  const all = range(kernel.shape[0])
    .map((i) => ({ i, value: before.output[i], weight: weight(kernel, [i, k]) }))
    .filter(({ value }) => value !== 0)
    .map(({ i, value, weight }) => ({
      place: placeOf(i, before),
      value,
      weight,
      product: value * weight,
    }))
    .sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const products = all.map(({ product }) => product);
  const sum = add(products);
  return {
    contributions: all.slice(0, most),
    rest: { count: Math.max(0, all.length - most), sum: add(products.slice(most)) },
    sum,
    bias: bias.values[k],
    total: sum + bias.values[k],
  };
}

// As for a unit, its `total` being the logit; then for each digit its `logit`, the `exponential`
// of that, and its `share` of `exponentials`, the sum of them all.
function share(layer, before, place, most) {
  const exponentials = add(Array.from(layer.sums, Math.exp));
  const digits = Array.from(layer.sums, (logit) => {
    const exponential = Math.exp(logit);
    return { logit, exponential, share: exponential / exponentials };
  });
  return { ...unit(layer, before, place, most), digits, exponentials };
}

// The value at a place of a layer's output; 0 beyond the border of its maps.
function at({ shape, output }, place) {
  const inside = place.every((index, axis) => index >= 0 && index < shape[axis]);
  return inside ? output[flat(shape, place)] : 0;
}

const weight = ({ shape, values }, place) => values[flat(shape, place)];

// From a place in an array of this shape to its index in memory, and back.
const flat = (shape, place) => place.reduce((index, step, axis) => index * shape[axis] + step, 0);

function placeOf(index, { shape }) {
  if (shape.length === 1) return [index];
  const [, columns, channels] = shape;
  return [
    Math.floor(index / channels / columns),
    Math.floor(index / channels) % columns,
    index % channels,
  ];
}

const range = (n) => Array.from({ length: n }, (_, k) => k);

const add = (numbers) => numbers.reduce((a, b) => a + b, 0);
