import assert from "node:assert/strict";
import { test } from "node:test";

import { learn } from "../../mnist_cnn/browser/learning.js";
import { softmax } from "../../mnist_cnn/browser/network.js";
import { featuresOf, learntReader, makeReader } from "../../mnist_cnn/browser/reader.js";
import { random, stroke, weights } from "./made.js";

const last = weights.at(-1);
const features = (count, seed = 1) =>
  Array.from({ length: count }, (_, i) => random(128, seed + i).map((v) => Math.max(0, v)));

function probabilities({ kernel, bias }, inputs) {
  const logits = Float64Array.from(bias.values, (value, k) =>
    inputs.reduce((sum, input, i) => sum + input * kernel.values[10 * i + k], value),
  );
  return softmax(logits, new Float64Array(10));
}

test("what is taught becomes more probable", () => {
  const [drawing] = features(1);
  const [before, after] = [last, learn(last, [drawing], [3])].map((l) => probabilities(l, drawing));
  assert.ok(after[3] > before[3] + 0.2);
});

test("no digit pulls towards ten equal probabilities", () => {
  const [drawing] = features(1);
  const sure = learn(last, Array(20).fill(drawing), Array(20).fill(4));
  const unsure = learn(sure, Array(20).fill(drawing), Array(20).fill(null));
  const [before, after] = [sure, unsure].map((l) => Math.max(...probabilities(l, drawing)));
  assert.ok(after < before / 2);
});

test("what is said in contradiction is learnt by half", () => {
  const [drawing] = features(1);
  const learnt = probabilities(learn(last, [drawing, drawing], [3, 5]), drawing);
  assert.ok(Math.abs(learnt[3] - learnt[5]) < 0.2);
});

test("very many drawings that are alike are learnt and nothing else breaks", () => {
  const [drawing] = features(1);
  const learnt = learn(last, Array(500).fill(drawing), Array(500).fill(8));
  assert.ok(probabilities(learnt, drawing)[8] > 0.9);
  for (const value of learnt.kernel.values) assert.ok(Math.abs(value) < 5);
});

test("the given weights stay as they were", () => {
  const before = [...last.kernel.values, ...last.bias.values];
  learn(last, features(3), [1, 2, null]);
  assert.deepEqual([...last.kernel.values, ...last.bias.values], before);
});

test("the order of the drawings makes no difference", () => {
  const drawings = features(5);
  const labels = [0, 1, null, 3, 4];
  const one = learn(last, drawings, labels).kernel.values;
  const other = learn(last, drawings.toReversed(), labels.toReversed()).kernel.values;
  one.forEach((value, i) => assert.ok(Math.abs(value - other[i]) < 1e-6));
});

test("a drawing without any feature teaches the bias alone", () => {
  const { kernel, bias } = learn(last, [new Float32Array(128)], [7]);
  assert.deepEqual([...kernel.values], [...last.kernel.values]);
  assert.ok(bias.values[7] > last.bias.values[7]);
});

const shipped = makeReader({ digest: "made", threshold: 0.5, weights });
const seen = Uint8Array.from(stroke(), (value) => Math.round(255 * value));

test("a reader that has learnt reads what was taught, and names the one that was shipped", () => {
  const drawing = { label: 6, features: featuresOf(shipped, seen) };
  const learnt = learntReader(shipped, [drawing]);
  assert.ok(learnt.read(seen).probabilities[6] > shipped.read(seen).probabilities[6]);
  assert.equal(learnt.shipped, shipped);
  assert.equal(shipped.shipped, undefined);
});

test("features are a copy that later images leave as it is", () => {
  const kept = featuresOf(shipped, seen);
  const before = [...kept];
  shipped.read(new Uint8Array(784).fill(9));
  assert.deepEqual([...kept], before);
});
