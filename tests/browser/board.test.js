import assert from "node:assert/strict";
import { test } from "node:test";

import { hear, tell } from "../../mnist_cnn/browser/board.js";

test("who listens hears every word on the subject, and no other", () => {
  const heard = [];
  hear("one", (word) => heard.push(word));
  tell("one", 1);
  tell("other", 2);
  tell("one", 3);
  assert.deepEqual(heard, [1, 3]);
});

test("who comes later hears the last word", () => {
  tell("late", "first");
  tell("late", null);
  const heard = [];
  hear("late", (word) => heard.push(word));
  assert.deepEqual(heard, [null]);
});
