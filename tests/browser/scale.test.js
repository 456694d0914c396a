import assert from "node:assert/strict";
import { test } from "node:test";

import { counts, lines, nearest, opacity, scale, ticks } from "../../mnist_cnn/browser/scale.js";

test("a value lies on a scale as far along as in its domain", () => {
  const place = scale([0, 0.5], [200, 0]);
  assert.deepEqual([0, 0.25, 0.5].map(place), [200, 100, 0]);
});

test("a single value lies in the middle of its scale", () => {
  assert.equal(scale([3, 3], [0, 100])(3), 50);
});

test("ticks are round and hold all values between them", () => {
  assert.deepEqual(ticks(0, 0.488, 5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.deepEqual(ticks(0.859, 1, 4), [0.85, 0.9, 0.95, 1]);
  assert.deepEqual(ticks(0, 7300, 4), [0, 2000, 4000, 6000, 8000]);
});

test("a value on a tick needs no further one", () => {
  assert.deepEqual(ticks(0.3, 0.6, 3), [0.3, 0.4, 0.5, 0.6]);
});

test("there is one tick where there is one value, or none that is a number", () => {
  assert.deepEqual(ticks(2, 2, 5), [2]);
  assert.deepEqual(ticks(0, -Infinity, 5), [0]);
});

test("what is counted has whole ticks from one on", () => {
  assert.deepEqual(counts(1, 6), [1]);
  assert.deepEqual(counts(2, 6), [1, 2]);
  assert.deepEqual(counts(5, 6), [1, 2, 3, 4, 5]);
  assert.deepEqual(counts(30, 6), [5, 10, 15, 20, 25, 30]);
});

test("the nearest of some places is found, also from outside", () => {
  assert.deepEqual(
    [-5, 14, 15, 16, 90].map((at) => nearest([10, 20, 30], at)),
    [0, 0, 0, 1, 2],
  );
});

test("a gap ends a line", () => {
  assert.deepEqual(lines([[0, 1], null, [2, 3], [3, 4], null]), [
    [[0, 1]],
    [
      [2, 3],
      [3, 4],
    ],
  ]);
  assert.deepEqual(lines([null]), []);
});

test("a point is paler the fewer it stands for, and never gone", () => {
  assert.equal(opacity(0), 0.15);
  assert.equal(opacity(0.0025), 0.5);
  assert.equal(opacity(0.9), 1);
});
