import assert from "node:assert/strict";
import { test } from "node:test";

import { keep, recall } from "../../mnist_cnn/browser/memory.js";

function storing(storage, context) {
  Object.defineProperty(globalThis, "sessionStorage", { ...storage, configurable: true });
  context.after(() => delete globalThis.sessionStorage);
}

test("what is kept is recalled", (context) => {
  const kept = new Map();
  const value = {
    setItem: (key, text) => kept.set(key, text),
    getItem: (key) => kept.get(key) ?? null,
  };
  storing({ value }, context);
  keep("sessionStorage", "key", "text");
  assert.equal(recall("sessionStorage", "key"), "text");
  assert.equal(recall("sessionStorage", "other"), null);
});

test("a browser that keeps nothing is no error", (context) => {
  storing(
    {
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    },
    context,
  );
  keep("sessionStorage", "key", "text");
  assert.equal(recall("sessionStorage", "key"), null);
});
