import assert from "node:assert/strict";
import { test } from "node:test";

import { imported } from "../../mnist_cnn/browser/bring.js";

test("what a script imports is found, over several lines too, and nothing else", () => {
  const text = `// import x from "./comment.js";
import { tell } from "../browser/board.js";
import {
  counts,
  ticks,
} from "./scale.js";
const said = 'import "./text.js"';
`;
  assert.deepEqual(
    imported(text, new URL("http://a/files/1/page/training.js")).map(String),
    ["http://a/files/1/browser/board.js", "http://a/files/1/page/scale.js"],
  );
});
