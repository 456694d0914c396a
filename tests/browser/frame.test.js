import assert from "node:assert/strict";
import test from "node:test";

import { MIDDLE, between, isArrow, move, size } from "../../mnist_cnn/browser/frame.js";

const near = (frame, expected) => {
  assert.equal(frame.length, 4);
  frame.forEach((edge, i) => assert.ok(Math.abs(edge - expected[i]) < 1e-9, `${frame}`));
};
const often = (step, frame, key) => Array(99).fill(key).reduce(step, frame);

test("two points span a frame, whichever comes first", () => {
  near(between([0.6, 0.1], [0.2, 0.9]), [0.2, 0.1, 0.6, 0.9]);
  near(between([0.2, 0.9], [0.6, 0.1]), [0.2, 0.1, 0.6, 0.9]);
});

test("an arrow key moves a frame by a step its way", () => {
  near(move(MIDDLE, "ArrowLeft"), [0.23, 0.25, 0.73, 0.75]);
  near(move(MIDDLE, "ArrowDown"), [0.25, 0.27, 0.75, 0.77]);
});

test("a moved frame stays on the picture and keeps its size", () => {
  near(often(move, MIDDLE, "ArrowRight"), [0.5, 0.25, 1, 0.75]);
  near(often(move, MIDDLE, "ArrowUp"), [0.25, 0, 0.75, 0.5]);
});

test("a frame is sized at its right and lower edges, within the picture", () => {
  near(size(MIDDLE, "ArrowLeft", 0.1), [0.25, 0.25, 0.73, 0.75]);
  near(size(MIDDLE, "ArrowDown", 0.1), [0.25, 0.25, 0.75, 0.77]);
  const resize = (frame, key) => size(frame, key, 0.1);
  near(often(resize, MIDDLE, "ArrowRight"), [0.25, 0.25, 1, 0.75]);
  near(often(resize, MIDDLE, "ArrowUp"), [0.25, 0.25, 0.75, 0.35]);
});

test("a frame under the least size is not made larger by making it smaller", () => {
  near(size([0, 0, 0.1, 0.1], "ArrowLeft", 0.5), [0, 0, 0.1, 0.1]);
});

test("other keys are none of the four", () => {
  assert.ok(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].every(isArrow));
  assert.ok(![" ", "Enter", "a", "Home"].some(isArrow));
});
