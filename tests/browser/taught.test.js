import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { MOST, openTaught } from "../../mnist_cnn/browser/taught.js";

const drawing = (x, label = 1) => ({ label, width: 0.06, strokes: [[[x, 0.5]]] });
let kept; // by the browser
let hear; // what the page does when another tab has changed it

beforeEach(() => {
  kept = new Map();
  globalThis.localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => kept.set(key, text),
  };
  globalThis.addEventListener = (_, listener) => (hear = listener);
});

function open() {
  const list = openTaught(() => (list.changes += 1));
  return Object.assign(list, { changes: 0 });
}

test("what is taught is there again at the next visit", () => {
  open().add([drawing(0.1), drawing(0.2, null)]);
  assert.deepEqual(open().drawings, [drawing(0.1), drawing(0.2, null)]);
});

test("the same strokes are taught once, as said last", () => {
  const list = open();
  list.add([drawing(0.1), drawing(0.2)]);
  list.add([drawing(0.1, 7)]);
  assert.deepEqual(list.drawings, [drawing(0.2), drawing(0.1, 7)]);
});

test("a drawing can be replaced and removed", () => {
  const list = open();
  list.add([drawing(0.1), drawing(0.2)]);
  list.replace(list.drawings[0], drawing(0.1, 7));
  list.remove(list.drawings[1]);
  assert.deepEqual(open().drawings, [drawing(0.1, 7)]);
  assert.equal(list.changes, 3);
});

test("all is forgotten", () => {
  const list = open();
  list.add([drawing(0.1)]);
  list.forget();
  assert.deepEqual([list.drawings, open().drawings], [[], []]);
});

test("of more than fit the oldest go", () => {
  const list = open();
  list.add(Array.from({ length: MOST + 1 }, (_, i) => drawing(i / MOST / 2)));
  assert.equal(list.drawings.length, MOST);
  assert.deepEqual(list.drawings[0], drawing(1 / MOST / 2));
});

test("what is loaded pushes out nothing that was here", () => {
  const list = open();
  list.add([drawing(0.9), drawing(0.8)]);
  const loaded = Array.from({ length: MOST }, (_, i) => drawing(i / MOST / 2));
  assert.deepEqual(list.load(loaded), { added: MOST - 2, left: 2 });
  assert.deepEqual(list.drawings, [...loaded.slice(2), drawing(0.9), drawing(0.8)]);
});

test("nothing is loaded into a full list", () => {
  const list = open();
  list.add(Array.from({ length: MOST }, (_, i) => drawing(i / MOST / 2)));
  const before = list.drawings;
  assert.deepEqual(list.load([drawing(0.9)]), { added: 0, left: 1 });
  assert.deepEqual(list.drawings, before);
});

test("what is loaded once more stays as it was said here", () => {
  const list = open();
  list.add([drawing(0.1, 7), drawing(0.2)]);
  assert.deepEqual(list.load([drawing(0.1), drawing(0.3)]), { added: 1, left: 0 });
  assert.deepEqual(list.drawings, [drawing(0.3), drawing(0.1, 7), drawing(0.2)]);
});

test("a long file with a copy of what is here leaves it here", () => {
  const list = open();
  list.add([drawing(0.9)]);
  const others = Array.from({ length: MOST }, (_, i) => drawing(i / MOST / 2));
  assert.deepEqual(list.load([drawing(0.9), ...others]), { added: MOST - 1, left: 1 });
  assert.deepEqual(list.drawings.at(-1), drawing(0.9));
});

test("what is in a file several times is loaded once, as said last", () => {
  const list = open();
  assert.deepEqual(list.load([drawing(0.1), drawing(0.1), drawing(0.1, 7)]), { added: 1, left: 0 });
  assert.deepEqual(list.drawings, [drawing(0.1, 7)]);
});

test("tabs share a list", () => {
  const [one, other] = [open(), open()];
  one.add([drawing(0.1)]);
  hear({ key: "taught" });
  assert.deepEqual(other.drawings, one.drawings);
  assert.equal(other.changes, 1);
  hear({ key: "language" });
  assert.equal(other.changes, 1);
});

test("what is taught in a tab without room outlasts what another tab teaches", () => {
  const [one, other] = [open(), open()];
  const hearOther = hear;
  one.add([drawing(0.1), drawing(0.2), drawing(0.3)]);
  hearOther({ key: "taught" });
  const { setItem } = globalThis.localStorage;
  globalThis.localStorage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  other.add([drawing(0.4)]);
  other.replace(other.drawings[0], drawing(0.1, 7));
  globalThis.localStorage.setItem = setItem;
  one.remove(one.drawings[1]);
  hearOther({ key: "taught" });
  assert.deepEqual(other.drawings, [drawing(0.3), drawing(0.1, 7), drawing(0.4)]);
  assert.ok(!other.isKept);
  other.add([drawing(0.5)]);
  assert.ok(other.isKept);
  assert.deepEqual(open().drawings, other.drawings);
});

test("of damaged storage what is whole stays", () => {
  open().add([drawing(0.1), drawing(0.2)]);
  kept.set("taught", kept.get("taught").slice(0, -10));
  assert.deepEqual(open().drawings, [drawing(0.1)]);
  for (const text of ["", "null", "{}", "\u0000", "[1]"]) {
    kept.set("taught", text);
    assert.deepEqual(open().drawings, []);
  }
});

test("a browser that keeps nothing is known, and the list works meanwhile", () => {
  globalThis.localStorage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const list = open();
  assert.ok(list.isKept);
  list.add([drawing(0.1)]);
  assert.deepEqual([list.isKept, list.drawings], [false, [drawing(0.1)]]);
});
