import assert from "node:assert/strict";
import { test } from "node:test";

import { extent, read, smooth, write } from "../../mnist_cnn/browser/strokes.js";

const stroke = (points, width = 0.1, erase = false) => ({ points, width, erase });

test("a dot's extent is as wide as the brush", () => {
  const dot = extent([stroke([[0.5, 0.25]], 0.125)], 64, 0);
  assert.deepEqual(dot, { left: 28, top: 12, right: 36, bottom: 20 });
});

test("the extent holds all strokes, and a margin", () => {
  const both = extent([stroke([[0.3, 0.3]]), stroke([[0.7, 0.6]])], 100, 2);
  assert.deepEqual(both, { left: 23, top: 23, right: 77, bottom: 67 });
});

test("the extent stays within the pad", () => {
  const edge = extent([stroke([[0, 1]]), stroke([[1, 0]])], 100, 2);
  assert.deepEqual(edge, { left: 0, top: 0, right: 100, bottom: 100 });
});

test("what is rubbed out takes no room, and no strokes take none", () => {
  const none = { left: 0, top: 0, right: 0, bottom: 0 };
  assert.deepEqual(extent([stroke([[0.5, 0.5]], 0.1, true)], 100, 2), none);
  assert.deepEqual(extent([], 100, 2), none);
});

test("a drawing of very many points has an extent", () => {
  const points = Array.from({ length: 300_000 }, () => [0.5, 0.5]);
  assert.equal(extent([stroke(points)], 100, 0).left, 45);
});

test("a path bends at its points and passes midway between them", () => {
  const points = [
    [0, 0],
    [0.2, 0],
    [0.4, 0.2],
  ];
  const pieces = [
    [0.2, 0, 0.30000000000000004, 0.1],
    [0.4, 0.2, 0.4, 0.2],
  ];
  assert.deepEqual(smooth(points), { start: [0, 0], pieces });
});

test("a tap is a path without pieces", () => {
  assert.deepEqual(smooth([[0.5, 0.5]]), { start: [0.5, 0.5], pieces: [] });
});

test("strokes come back as they were written, to a tenth of a thousandth", () => {
  const strokes = [
    stroke([[0.123456, 0.5]], 0.06),
    stroke(
      [
        [1, 0],
        [0.5, 0.5],
      ],
      0.12,
      true,
    ),
  ];
  const kept = [stroke([[0.1235, 0.5]], 0.06), strokes[1]];
  assert.deepEqual(read(write(strokes)), kept);
});

for (const text of [
  "",
  "{",
  "null",
  "7",
  "{}",
  "[null]",
  "[[]]",
  '[{"points":[],"width":0.1,"erase":false}]',
  '[{"points":[[1]],"width":0.1,"erase":false}]',
  '[{"points":[[1,"2"]],"width":0.1,"erase":false}]',
  '[{"points":[[1,2]],"width":null,"erase":false}]',
  '[{"points":[[1,2]],"width":0.1}]',
])
  test(`${text || "nothing"} is no drawing`, () => assert.deepEqual(read(text), []));
