import assert from "node:assert/strict";
import { test } from "node:test";

import { explain } from "../../mnist_cnn/browser/arithmetic.js";
import { buildModel, predict } from "../../mnist_cnn/browser/network.js";
import { stroke, weights } from "./made.js";

const model = buildModel({ weights });
const tensor = stroke();
predict(model, tensor);

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function close(actual, expected) {
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} is not ${expected}`);
}

// Places on the stroke, beside it, and in two corners.
const PLACES = [
  [10, 12],
  [10, 3],
  [0, 0],
  [13, 13],
];

for (const [index, channels] of [
  [0, 16],
  [2, 32],
])
  for (const [row, column] of PLACES)
    test(`the parts of a convolution add up: layer ${index} at ${row}, ${column}`, () => {
      for (let channel = 0; channel < channels; channel++) {
        const told = explain(model, tensor, index, [row, column, channel]);
        for (const { patch, kernel, sum: part } of told.channels)
          close(part, sum(patch.flat().map((value, i) => value * kernel.flat()[i])));
        close(told.sum, sum(told.channels.map((one) => one.sum)));
        close(told.total, told.sum + told.bias);
        close(told.output, Math.max(0, told.total));
      }
    });

test("the first convolution has one channel, the second sixteen, strongest first", () => {
  assert.equal(explain(model, tensor, 0, [5, 5, 0]).channels.length, 1);
  const { channels } = explain(model, tensor, 2, [5, 6, 0]);
  assert.deepEqual(
    channels.map(({ channel }) => channel).toSorted((a, b) => a - b),
    [...Array(16).keys()],
  );
  const strengths = channels.map((one) => Math.abs(one.sum));
  assert.deepEqual(
    strengths,
    strengths.toSorted((a, b) => b - a),
  );
});

test("a patch lies around its pixel, 0 beyond the border", () => {
  const corner = new Float32Array(784);
  [corner[0], corner[1], corner[28], corner[29]] = [0.25, 0.5, 0.75, 1];
  const other = buildModel({ weights });
  predict(other, corner);
  const { patch } = explain(other, corner, 0, [0, 0, 0]).channels[0];
  assert.deepEqual(patch, [
    [0, 0, 0],
    [0, 0.25, 0.5],
    [0, 0.75, 1],
  ]);
});

test("pooling tells its four values, and the largest is the output", () => {
  for (const index of [1, 3]) {
    const [row, column, channel] = [3, 5, 2];
    const { values, output } = explain(model, tensor, index, [row, column, channel]);
    const { output: before, shape } = model.layers[index - 1];
    const below = before[((2 * row + 1) * shape[1] + 2 * column) * shape[2] + channel];
    assert.equal(values[1][0], below);
    assert.equal(output, Math.max(...values.flat()));
  }
});

test("the contributions to a unit and the rest of them add up", () => {
  for (let unit = 0; unit < 128; unit++) {
    const told = explain(model, tensor, 4, [unit], 7);
    for (const { value, weight, product } of told.contributions) close(product, value * weight);
    close(told.sum, sum(told.contributions.map(({ product }) => product)) + told.rest.sum);
    close(told.total, told.sum + told.bias);
    close(told.output, Math.max(0, told.total));
  }
});

test("the contributions are the strongest, the rest all others that are not 0", () => {
  const all = explain(model, tensor, 4, [9], 1568);
  const told = explain(model, tensor, 4, [9], 3);
  assert.deepEqual(told.contributions, all.contributions.slice(0, 3));
  const strengths = all.contributions.map(({ product }) => Math.abs(product));
  assert.deepEqual(
    strengths,
    strengths.toSorted((a, b) => b - a),
  );
  const active = model.layers[3].output.filter((value) => value !== 0).length;
  assert.equal(told.contributions.length + told.rest.count, active);
  assert.deepEqual(all.rest, { count: 0, sum: 0 });
});

test("a contribution tells where its input is in the maps", () => {
  const { contributions } = explain(model, tensor, 4, [9]);
  for (const { place, value } of contributions) {
    const [row, column, channel] = place;
    assert.equal(model.layers[3].output[(row * 7 + column) * 32 + channel], value);
  }
});

test("exponentials of the logits and their shares add up to the probabilities", () => {
  const told = explain(model, tensor, 5, [4]);
  close(told.total, told.digits[4].logit);
  close(told.exponentials, sum(told.digits.map(({ exponential }) => exponential)));
  told.digits.forEach(({ logit, exponential, share }, digit) => {
    close(exponential, Math.exp(logit));
    close(share, exponential / told.exponentials);
    close(share, model.layers[5].output[digit]);
  });
  close(told.output, told.digits[4].share);
});
