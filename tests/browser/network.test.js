import assert from "node:assert/strict";
import { test } from "node:test";

import {
  buildModel,
  conv2d,
  dense,
  fromFloat16,
  looksLikeDigit,
  maxPooling2d,
  occlusion,
  parameterArithmetic,
  parseWeights,
  predict,
  relu,
  softmax,
} from "../../mnist_cnn/browser/network.js";
import { random, stroke, weights } from "./made.js";

// A convolution of one channel to four, by the same 3x3 kernel.
function convolution(kernel, bias = 0) {
  const values = Float32Array.from(kernel.flatMap((weight) => [weight, weight, weight, weight]));
  return {
    kernel: { shape: [3, 3, 1, 4], values },
    bias: { values: new Float32Array(4).fill(bias) },
  };
}

const channel = (layer, k) =>
  Array.from(layer.output.filter((_, i) => i % layer.shape.at(-1) === k));

function closeTo(actual, expected, tolerance = 1e-6) {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `${i}: ${actual[i]}`),
  );
}

// ---- layers

test("a convolution by a 1 in the middle returns the image", () => {
  const layer = conv2d([2, 3, 1], convolution([0, 0, 0, 0, 1, 0, 0, 0, 0]), relu);
  layer.forward(Float32Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(channel(layer, 0), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(channel(layer, 3), [1, 2, 3, 4, 5, 6]);
});

test("the kernel's first weight is for the pixel above and left, 0 beyond the border", () => {
  const layer = conv2d([2, 3, 1], convolution([1, 0, 0, 0, 0, 0, 0, 0, 0]), relu);
  layer.forward(Float32Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(channel(layer, 0), [0, 0, 0, 0, 1, 2]);
});

test("a convolution adds the bias, and what is negative becomes 0", () => {
  const layer = conv2d([1, 2, 1], convolution([0, 0, 0, 0, -1, 0, 0, 0, 0], 2), relu);
  layer.forward(Float32Array.of(1, 5));
  assert.deepEqual(channel(layer, 0), [1, 0]);
  assert.deepEqual(Array.from(layer.sums.slice(4, 6)), [-3, -3]);
});

test("a convolution sums over all channels", () => {
  const kernel = { shape: [3, 3, 2, 4], values: new Float32Array(72) };
  kernel.values.fill(1, 32, 36); // the middle, channel 0
  kernel.values.fill(10, 36, 40); // the middle, channel 1
  const layer = conv2d([1, 2, 2], { kernel, bias: { values: new Float32Array(4) } }, relu);
  layer.forward(Float32Array.of(1, 2, 3, 4));
  assert.deepEqual(channel(layer, 0), [21, 43]);
});

test("pooling takes the largest of every 2x2 pixels, channel by channel", () => {
  const layer = maxPooling2d([2, 4, 1]);
  assert.deepEqual(layer.forward(Float32Array.of(1, 2, 5, 6, 3, 4, 8, 7)), Float32Array.of(4, 8));
  const two = maxPooling2d([2, 2, 2]);
  assert.deepEqual(two.forward(Float32Array.of(1, 9, 2, 8, 3, 7, 4, 6)), Float32Array.of(4, 9));
});

test("every unit of a dense layer weighs the whole input, for six units too", () => {
  const kernel = {
    shape: [2, 6],
    values: Float32Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60),
  };
  const bias = { values: Float32Array.of(0, 0, 0, 0, 0, 1) };
  const layer = dense(2, { kernel, bias }, relu);
  assert.deepEqual(layer.forward(Float32Array.of(1, 2)), Float32Array.of(21, 42, 63, 84, 105, 127));
});

test("softmax gives shares of 1, for large logits too", () => {
  closeTo(softmax([0, Math.log(3)], new Float32Array(2)), [0.25, 0.75]);
  closeTo(softmax([1000, 1000], new Float32Array(2)), [0.5, 0.5]);
});

// ---- the model

test("the layers have the shapes of the tutorial's", () => {
  const shapes = buildModel({ weights }).layers.map(({ shape }) => shape);
  assert.deepEqual(shapes, [[28, 28, 16], [14, 14, 16], [14, 14, 32], [7, 7, 32], [128], [10]]);
});

test("probabilities sum to 1", () => {
  const probabilities = predict(buildModel({ weights }), stroke());
  closeTo([probabilities.reduce((a, b) => a + b)], [1]);
});

test("an image before leaves no trace", () => {
  const model = buildModel({ weights });
  const first = predict(model, stroke(4)).slice();
  predict(model, random(784).map(Math.abs));
  assert.deepEqual(predict(model, stroke(4)), first);
});

test("two models on the same weights do not disturb each other", () => {
  const [one, other] = [buildModel({ weights }), buildModel({ weights })];
  const probabilities = predict(one, stroke(4));
  const before = probabilities.slice();
  predict(other, stroke(20));
  assert.deepEqual(probabilities, before);
});

test("digest and threshold come along", () => {
  const { digest, threshold } = buildModel({ digest: "d", threshold: 0.5, weights });
  assert.deepEqual([digest, threshold], ["d", 0.5]);
});

test("a drawing looks like a digit from the threshold on", () => {
  const probabilities = Float32Array.of(0.1, 0.6, 0.3);
  assert.equal(looksLikeDigit(probabilities, 0.6), true); // 0.6 in float32 is a little more
  assert.equal(looksLikeDigit(probabilities, 0.61), false);
});

test("the numbers of parameters are told as in Python", () => {
  const told = buildModel({ weights }).layers.map(parameterArithmetic);
  const expected = [
    "(3x3x1 + 1) x 16",
    "",
    "(3x3x16 + 1) x 32",
    "",
    "(1568 + 1) x 128",
    "(128 + 1) x 10",
  ];
  assert.deepEqual(told, expected);
});

// ---- occlusion

function finish(work) {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}

test("occlusion takes one step for each pixel with ink", () => {
  const steps = [...occlusion(buildModel({ weights }), stroke(), [3])];
  assert.equal(steps.length, 60);
});

test("a blank image has nothing that speaks", () => {
  const maps = finish(occlusion(buildModel({ weights }), new Float32Array(784), [3, 5]));
  assert.deepEqual(maps, [new Float32Array(784), new Float32Array(784)]);
});

test("at a pixel stands what the digit's lead loses without the patch around it", () => {
  const model = buildModel({ weights });
  const lead = (tensor) => {
    predict(model, tensor);
    const { sums } = model.layers.at(-1);
    return sums[5] - sums.reduce((a, b) => a + b) / 10;
  };
  const [tensor, without] = [stroke(0), stroke(0)];
  for (let row = 8; row < 13; row++) without.fill(0, row * 28, row * 28 + 3);
  const [, map] = finish(occlusion(model, tensor, [3, 5]));
  closeTo([map[10 * 28]], [lead(tensor) - lead(without)]);
});

test("a tensor that changes meanwhile does not change the maps", () => {
  const [model, tensor] = [buildModel({ weights }), stroke()];
  const expected = finish(occlusion(model, tensor, [3]));
  const work = occlusion(model, tensor, [3]);
  work.next();
  tensor.fill(0);
  assert.deepEqual(finish(work), expected);
});

// ---- the weights' file

test("float16 numbers are decoded exactly", () => {
  const halves = [0x0000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x8000];
  const numbers = fromFloat16(new Uint8Array(Uint16Array.from(halves).buffer));
  const expected = [0, 1, -2, 0.333251953125, 65504, 2 ** -14, 2 ** -24, -1023 * 2 ** -24, -0];
  assert.deepEqual(Array.from(numbers), expected);
});

// A file with one layer of 2 x 2 weights, 1 to 4, and two biases, 5 and 6.
function file() {
  const about = { digest: "d", threshold: 0.5, layers: [{ kernel: [2, 2], bias: [2] }] };
  const header = new TextEncoder().encode(JSON.stringify(about));
  const numbers = Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600);
  const length = Uint32Array.of(header.length);
  return Uint8Array.from(
    [length, header, numbers].flatMap(({ buffer }) => [...new Uint8Array(buffer)]),
  ).buffer;
}

test("the file gives digest, threshold, and each layer's kernel and bias", () => {
  const parsed = parseWeights(file());
  assert.deepEqual([parsed.digest, parsed.threshold], ["d", 0.5]);
  assert.deepEqual(parsed.weights, [
    {
      kernel: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      bias: { shape: [2], values: Float32Array.of(5, 6) },
    },
  ]);
});

test("a file cut short is refused", () => {
  for (const end of [0, 3, 20, file().byteLength - 2])
    assert.throws(() => parseWeights(file().slice(0, end)), `${end} bytes`);
});
