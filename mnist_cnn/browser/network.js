// The network of mnist_cnn/model.py in the browser: the same layers, on weights that the server
// packs (mnist_cnn/weights.py). Held to TensorFlow by tests/test_browser_modules.py.
//
// Arrays are flat and row-major, as TensorFlow's are in memory: the value of a map at row,
// column and channel is at (row * columns + column) * channels + channel.

import { SIDE } from "./preprocess.js";

// The side of the square that occlusion blanks out, as in mnist_cnn/inside.py.
const PATCH = 5;

// Build the network on what `parseWeights` returns. Its layers keep their arrays: `output` is
// what a layer made of the last image, and `sums` what was there before the activation.
export function buildModel({ digest, threshold, weights }) {
  const [conv1, conv2, dense1, dense2] = weights;
  const layers = [
    conv2d([28, 28, 1], conv1, relu),
    maxPooling2d([28, 28, 16]),
    conv2d([14, 14, 16], conv2, relu),
    maxPooling2d([14, 14, 32]),
    // Keras flattens here; these arrays are flat already, in the same order.
    dense(7 * 7 * 32, dense1, relu),
    dense(128, dense2, softmax),
  ];
  return { digest, threshold, layers };
}

// Compute the probability of every digit: float32 (10) with sum 1, from a tensor, float32 (784)
// in [0, 1], ink 1 on background 0. The next call writes over it.
export function predict(model, tensor) {
  return model.layers.reduce((input, layer) => layer.forward(input), tensor);
}

// Give the verdict on a drawing: whether its top probability reaches the model's threshold.
export function looksLikeDigit(probabilities, threshold) {
  return Math.max(...probabilities) >= Math.fround(threshold); // NumPy compares in float32
}

// Tell how a layer's number of parameters comes about, as text; "" where there are none.
export function parameterArithmetic({ kernel }) {
  if (!kernel) return "";
  return `(${kernel.shape.slice(0, -1).join("x")} + 1) x ${kernel.shape.at(-1)}`;
}

// ---- the layers: {kind, shape, output, forward}, and {kernel, bias, activation, sums} where
// they weigh their inputs; `shape` is the output's

// 3x3 pixels weighed around every pixel; beyond the border there are zeros.
export function conv2d([rows, columns, channels], { kernel, bias }, activation) {
  const shape = [rows, columns, bias.values.length];
  const layer = weighing("Conv2D", shape, kernel, bias, activation);
  const seen = inputs(9 * channels);
  layer.forward = (input) => {
    for (let row = 0, pixel = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, pixel++) {
        seen.count = 0;
        for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
          for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
            const tap = 3 * (r - row + 1) + c - column + 1;
            take(seen, input, (r * columns + c) * channels, channels, tap * channels);
          }
        weigh(seen, layer, pixel);
      }
    return activation(layer.sums, layer.output);
  };
  return layer;
}

// The largest of every 2x2 pixels.
export function maxPooling2d([rows, columns, channels]) {
  const shape = [rows / 2, columns / 2, channels];
  const output = new Float32Array(size(shape));
  const forward = (input) => {
    for (let row = 0, at = 0; row < rows; row += 2)
      for (let column = 0; column < columns; column += 2) {
        const upper = (row * columns + column) * channels;
        const lower = upper + columns * channels;
        for (let k = 0; k < channels; k++, at++)
          output[at] = Math.max(
            input[upper + k],
            input[upper + channels + k],
            input[lower + k],
            input[lower + channels + k],
          );
      }
    return output;
  };
  return { kind: "MaxPooling2D", shape, output, forward };
}

// Everything weighed in every unit.
export function dense(length, { kernel, bias }, activation) {
  const layer = weighing("Dense", [bias.values.length], kernel, bias, activation);
  const seen = inputs(length);
  layer.forward = (input) => {
    seen.count = 0;
    take(seen, input, 0, length, 0);
    weigh(seen, layer, 0);
    return activation(layer.sums, layer.output);
  };
  return layer;
}

export function relu(sums, output) {
  for (let i = 0; i < sums.length; i++) output[i] = Math.max(0, sums[i]);
  return output;
}

export function softmax(logits, output) {
  const largest = Math.max(...logits); // taken off: exponentials of large numbers are infinite
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - largest);
  for (let i = 0; i < logits.length; i++) output[i] = Math.exp(logits[i] - largest) / total;
  return output;
}

function weighing(kind, shape, kernel, bias, activation) {
  const [sums, output] = [new Float32Array(size(shape)), new Float32Array(size(shape))];
  return { kind, shape, kernel, bias, activation, sums, output };
}

const size = (shape) => shape.reduce((a, b) => a * b);

// The inputs of some units that are not 0, each with the row of the kernel that weighs it.
// After a relu most inputs are 0: leaving them out halves the time.
const inputs = (most) => ({
  count: 0,
  values: new Float32Array(most),
  rows: new Int32Array(most),
});

function take(seen, input, from, count, row) {
  for (let i = 0; i < count; i++) {
    const value = input[from + i];
    if (value === 0) continue;
    seen.values[seen.count] = value;
    seen.rows[seen.count++] = row + i;
  }
}

// Sum what the units of one pixel see, by their weights. Four units at a time, their sums in
// local variables: twice as fast as adding into an array.
function weigh({ count, values, rows }, { kernel, bias, sums }, pixel) {
  const n = bias.values.length;
  const weights = kernel.values;
  for (let next = 0; next < n; next += 4) {
    const unit = Math.min(next, n - 4); // ten units are 0 to 3, 4 to 7 and 6 to 9
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const value = values[i];
      const at = rows[i] * n + unit;
      a += value * weights[at];
      b += value * weights[at + 1];
      c += value * weights[at + 2];
      d += value * weights[at + 3];
    }
    const at = pixel * n + unit;
    sums[at] = a + bias.values[unit];
    sums[at + 1] = b + bias.values[unit + 1];
    sums[at + 2] = c + bias.values[unit + 2];
    sums[at + 3] = d + bias.values[unit + 3];
  }
}

// ---- which ink speaks for a digit

// Measure how much the ink around each pixel speaks for each of k digits, as
// mnist_cnn.inside.occlusion does: k float32 (784), positive where ink speaks for the digit,
// negative where it speaks against it, 0 where there is no ink.
//
// A generator: from one next() to the following it works as long as `predict`, so that a page
// can stop when a frame is due; at its end it returns the maps. It writes over the outputs of
// the model: give it one of its own.
export function* occlusion(model, tensor, digits) {
  const image = tensor.slice(); // the caller's may change meanwhile
  const whole = leads(model, image);
  const maps = digits.map(() => new Float32Array(SIDE * SIDE));
  for (let row = 0, pixel = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++, pixel++) {
      if (image[pixel] === 0) continue;
      const lost = leads(model, blank(image, row, column)).map((lead, k) => whole[k] - lead);
      digits.forEach((digit, k) => (maps[k][pixel] = lost[digit]));
      yield;
    }
  return maps;
}

// The logits less their mean.
function leads(model, tensor) {
  predict(model, tensor);
  const logits = Array.from(model.layers.at(-1).sums);
  const mean = logits.reduce((a, b) => a + b) / logits.length;
  return logits.map((logit) => logit - mean);
}

// The image without the patch around a pixel.
function blank(image, row, column) {
  const blanked = image.slice();
  const reach = (PATCH - 1) / 2;
  const [left, right] = [Math.max(0, column - reach), Math.min(SIDE, column + reach + 1)];
  for (let r = Math.max(0, row - reach); r < Math.min(SIDE, row + reach + 1); r++)
    blanked.fill(0, r * SIDE + left, r * SIDE + right);
  return blanked;
}

// ---- the weights' file

// Read what mnist_cnn.weights.pack_weights writes, an ArrayBuffer: {digest, threshold, weights},
// the last for each layer with weights its {kernel, bias}, both {shape, values} in float32.
// Throws where the file is not whole.
export function parseWeights(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const numbers = fromFloat16(new Uint8Array(buffer, 4 + length));
  let read = 0;
  const next = (shape) => ({ shape, values: numbers.subarray(read, (read += size(shape))) });
  const weights = header.layers.map(({ kernel, bias }) => ({
    kernel: next(kernel),
    bias: next(bias),
  }));
  if (read !== numbers.length) throw new RangeError(`${numbers.length} weights, not ${read}`);
  return { digest: header.digest, threshold: header.threshold, weights };
}

// Decode little-endian float16 numbers to float32; infinities are never sent.
export function fromFloat16(bytes) {
  const numbers = new Float32Array(bytes.length >> 1);
  const bits = new Int32Array(numbers.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bytes[2 * i] | (bytes[2 * i + 1] << 8);
    bits[i] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13);
  }
  // Sign, exponent and fraction are in their places now, but float32 counts exponents from
  // -127 and float16 from -15.
  for (let i = 0; i < numbers.length; i++) numbers[i] *= 2 ** 112;
  return numbers;
}
