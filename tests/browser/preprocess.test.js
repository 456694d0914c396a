import assert from "node:assert/strict";
import { test } from "node:test";

import {
  boundingBox,
  center,
  centerOfMass,
  inkOf,
  preprocess,
  scaleToBox,
  toTensor,
  withoutSpecks,
} from "../../mnist_cnn/browser/preprocess.js";

// An image on which every rectangle [top, left, height, width] has one level.
function image(rows, columns, rectangles, level = 255, Values = Uint8Array) {
  const values = new Values(rows * columns);
  for (const [top, left, height, width] of rectangles)
    for (let row = top; row < top + height; row++)
      values.fill(level, row * columns + left, row * columns + left + width);
  return { rows, columns, values };
}

const asImage = (grey) => ({ rows: 28, columns: 28, values: grey });

test("what covers the pad is ink, whatever its colour", () => {
  const data = Uint8ClampedArray.of(0, 0, 0, 0, 0, 0, 0, 255, 9, 9, 9, 200);
  const ink = inkOf({ data, width: 3, height: 1 });
  assert.deepEqual(ink, { rows: 1, columns: 3, values: Uint8Array.of(0, 255, 200) });
});

test("the box is the smallest around the ink", () => {
  const ink = image(9, 7, [[2, 3, 4, 2]]);
  assert.deepEqual(boundingBox(ink), { top: 2, bottom: 6, left: 3, right: 5 });
});

test("faint ink does not widen the box", () => {
  const ink = image(9, 7, [[2, 3, 4, 2]]);
  ink.values[0] = 15; // 255 / 16, rounded down
  assert.equal(boundingBox(ink).top, 2);
  ink.values[0] = 16;
  assert.equal(boundingBox(ink).top, 0);
});

test("no ink has no box", () => {
  assert.equal(boundingBox(image(3, 3, [])), null);
});

test("the longer side is scaled to 20 pixels, with one more around it", () => {
  const ink = image(100, 100, [[10, 20, 80, 40]]);
  const { rows, columns } = scaleToBox(ink, boundingBox(ink));
  assert.deepEqual([rows, columns], [22, 12]);
});

test("half a pixel is rounded to the even number of pixels", () => {
  const widths = [5, 7].map((width) => {
    const ink = image(50, 50, [[0, 0, 40, width]]);
    return scaleToBox(ink, boundingBox(ink)).columns - 2;
  });
  assert.deepEqual(widths, [2, 4]); // of 2.5 and 3.5
});

test("the darkest ink becomes 255", () => {
  const ink = image(60, 60, [[10, 10, 30, 30]], 90);
  const { values } = scaleToBox(ink, boundingBox(ink));
  assert.equal(Math.max(...values), 255);
});

test("the centre of mass weighs rows and columns by their grey levels", () => {
  const values = Float32Array.of(0, 0, 1, 0, 0, 3);
  assert.deepEqual(centerOfMass({ rows: 2, columns: 3, values }), [0.75, 2]);
});

test("the centre of mass comes to index 14, by whole pixels", () => {
  const digit = image(22, 10, [[1, 1, 20, 8]], 255, Float32Array);
  assert.deepEqual(centerOfMass(asImage(center(digit))), [13.5, 13.5]);
});

test("a digit with its mass at one end is not cut off", () => {
  const digit = image(
    22,
    22,
    [
      [1, 1, 20, 2],
      [20, 1, 1, 20],
    ],
    255,
    Float32Array,
  );
  const inked = (values) => values.filter((level) => level > 0).length;
  assert.equal(inked(center(digit)), inked(digit.values));
});

test("a small piece far from the digit is blanked out, a near one is not", () => {
  const [digit, near, far] = [
    [100, 100, 60, 20],
    [164, 100, 2, 2],
    [270, 270, 2, 2],
  ];
  const cleaned = withoutSpecks(image(280, 280, [digit, near, far]));
  assert.deepEqual(cleaned.values, image(280, 280, [digit, near]).values);
});

test("a large piece far from the digit stays", () => {
  const ink = image(280, 280, [
    [10, 10, 40, 10],
    [200, 200, 30, 10],
  ]);
  assert.deepEqual(withoutSpecks(ink).values, ink.values);
});

test("pieces that touch at a corner are one", () => {
  const ink = image(100, 100, [[0, 0, 10, 10], ...[10, 11, 12, 13].map((k) => [k, k, 1, 1])]);
  ink.values[99 * 100 + 99] = 255;
  const cleaned = withoutSpecks(ink);
  assert.equal(cleaned.values[13 * 100 + 13], 255);
  assert.equal(cleaned.values[99 * 100 + 99], 0);
});

test("the ink that comes in is left as it is", () => {
  const ink = image(280, 280, [
    [100, 100, 60, 20],
    [270, 270, 2, 2],
  ]);
  const before = ink.values.slice();
  preprocess(ink);
  assert.deepEqual(ink.values, before);
});

test("a blank canvas and one with the faintest ink are nothing", () => {
  assert.equal(preprocess(image(50, 50, [])), null);
  assert.equal(preprocess(image(50, 50, [[10, 10, 5, 5]], 7)), null);
  assert.notEqual(preprocess(image(50, 50, [[10, 10, 5, 5]], 8)), null);
});

test("a dot fills the box", () => {
  const grey = preprocess(image(50, 50, [[30, 3, 1, 1]]));
  assert.deepEqual(asImage(grey), image(28, 28, [[4, 4, 20, 20]]));
});

test("ink all over the pad is ink, for the paper is white", () => {
  const grey = preprocess(image(280, 280, [[0, 0, 280, 280]]));
  assert.deepEqual(asImage(grey), image(28, 28, [[4, 4, 20, 20]]));
});

test("the tensor is the grey levels in [0, 1]", () => {
  assert.deepEqual(toTensor(Uint8Array.of(0, 51, 255)), Float32Array.of(0, 0.2, 1));
});
