import assert from "node:assert/strict";
import { test } from "node:test";

import { bestCut, findPieces, makeNumberReader } from "../../mnist_cnn/browser/number.js";
import { random } from "./made.js";

const WIDTH = 0.06;
const line = (...points) => ({ points, width: WIDTH, erase: false });
const rubber = (...points) => ({ points, width: 2 * WIDTH, erase: true });
const split = (strokes) => findPieces(strokes, () => "", (_, make) => make());

// ---- the cut

// All ways to write n as a sum of 1 to 4, in order.
const compositions = (n) =>
  n
    ? [1, 2, 3, 4]
        .filter((size) => size <= n)
        .flatMap((size) => compositions(n - size).map((rest) => [size, ...rest]))
    : [[]];

function sumOf(sizes, scores, cost) {
  let at = 0;
  return sizes.reduce((sum, size, k) => {
    const taken = k ? cost(at - sizes[k - 1], at, at + size) : 0;
    return sum + scores[(at += size) - size][size - 1] - taken;
  }, 0);
}

test("the best cut is the best of all cuts", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const n = 1 + (seed % 8);
    const values = random(4 * n, seed).map((value) => (value > 0.7 ? -Infinity : value - 1));
    const scores = Array.from({ length: n }, (_, i) => [...values.subarray(4 * i, 4 * i + 4)]);
    const costs = random((n + 1) ** 3, seed + 1000);
    const cost = (start, middle, end) => costs[(start * (n + 1) + middle) * (n + 1) + end];
    const sums = compositions(n).map((sizes) => sumOf(sizes, scores, cost));
    const sizes = bestCut(scores, cost);
    assert.equal(
      sizes.reduce((a, b) => a + b),
      n,
    );
    assert.equal(sumOf(sizes, scores, cost), Math.max(...sums));
  }
});

test("of equal cuts, the one whose last group is smallest", () =>
  assert.deepEqual(bestCut([[0, 0], [0]]), [1, 1]));

test("no pieces are cut into no groups", () => assert.deepEqual(bestCut([]), []));

// ---- pieces

test("pieces stand from left to right, whenever they were drawn", () => {
  const [left, right] = [line([0.2, 0.2], [0.2, 0.8]), line([0.6, 0.2], [0.6, 0.8])];
  const found = split([right, left]).map(({ stroke }) => stroke);
  assert.deepEqual(found, [left, right]);
});

test("of two with the same middle the wider one stands first", () => {
  const [narrow, wide] = [line([0.4, 0.2], [0.6, 0.8]), line([0.2, 0.2], [0.8, 0.8])];
  assert.deepEqual(
    split([narrow, wide]).map(({ stroke }) => stroke),
    [wide, narrow],
  );
});

test("an eraser cuts a stroke in two", () => {
  const bar = line([0.2, 0.5], [0.8, 0.5]);
  const [first, second] = split([bar, rubber([0.5, 0.2], [0.5, 0.8])]);
  assert.ok(first.box.right > 0.44 && first.box.right < 0.56);
  assert.ok(second.box.left > 0.44 && second.box.left < 0.56);
  assert.equal(first.parts, 2);
});

test("an eraser that is narrower than the line cuts nothing", () => {
  const thin = { ...rubber([0.5, 0.2], [0.5, 0.8]), width: WIDTH / 2 };
  assert.equal(split([line([0.2, 0.5], [0.8, 0.5]), thin]).length, 1);
});

test("what was erased before a stroke takes nothing of it", () => {
  const bar = line([0.2, 0.5], [0.8, 0.5]);
  const [piece] = split([rubber([0.5, 0.2], [0.5, 0.8]), bar]);
  assert.deepEqual(piece.erasers, []);
});

test("of a stroke that is rubbed out nothing is left", () => {
  const path = [
    [0.2, 0.5],
    [0.8, 0.5],
  ];
  assert.deepEqual(split([line(...path), rubber(...path)]), []);
});

// ---- numbers, read by a made-up network: a bar is a 1, two that cross are a 4

function makeReader() {
  const asked = [];
  const see = (strokes) => strokes.filter(({ erase }) => !erase);
  const read = (seen) => {
    asked.push(seen.length);
    const isFour = seen.length === 2 && cross(seen);
    const digit = isFour ? 4 : 1;
    const sure = isFour || seen.length === 1 ? 0.99 : 0.3;
    const probabilities = Array.from({ length: 10 }, (_, d) => (d === digit ? sure : 0));
    return { digit, isDigit: sure > 0.5, probabilities, seen };
  };
  return { asked, readNumber: makeNumberReader({ see, read }) };
}

function cross([{ points: a }, { points: b }]) {
  const range = (points, axis) => points.map((point) => point[axis]);
  return [0, 1].every((axis) => {
    const [p, q] = [range(a, axis), range(b, axis)];
    return Math.min(...p) <= Math.max(...q) && Math.min(...q) <= Math.max(...p);
  });
}

const size = [1.6, 1];
const text = (digits) => digits.map(({ digit, isDigit }) => (isDigit ? digit : "?")).join("");
const one = (x) => line([x, 0.2], [x, 0.8]);
const four = (x) => [line([x - 0.1, 0.5], [x + 0.1, 0.5]), one(x)];
const number = [...four(0.3), one(0.7), ...four(1.1)];

test("neighbours that make a digit are read together", () =>
  assert.equal(text(makeReader().readNumber(number, size)), "414"));

test("the order of drawing does not matter", () => {
  for (let turn = 1; turn < number.length; turn++) {
    const turned = [...number.slice(turn), ...number.slice(0, turn)];
    assert.equal(text(makeReader().readNumber(turned, size)), "414");
    assert.equal(text(makeReader().readNumber(turned.reverse(), size)), "414");
  }
});

test("neither size nor place matters", () => {
  for (const scale of [0.2, 0.5, 0.9])
    for (const shift of [0, 0.1, 0.4]) {
      const moved = number.map((stroke) => ({
        ...stroke,
        points: stroke.points.map((point) => point.map((length) => length * scale + shift)),
        width: stroke.width * scale,
      }));
      assert.equal(text(makeReader().readNumber(moved, size)), "414");
    }
});

test("a dot is no digit beside others, and read where it is alone", () => {
  const dot = line([0.9, 0.8]);
  assert.equal(text(makeReader().readNumber([one(0.3), one(0.6), dot], size)), "11");
  assert.equal(makeReader().readNumber([dot], size).length, 1);
});

test("a dot that is alone is read, wherever it is and however wide", () => {
  const values = random(3 * 500, 1);
  for (let i = 0; i < 500; i++) {
    const [x, y, width] = values.subarray(3 * i, 3 * i + 3);
    const dot = { points: [[x, y]], width: 0.01 + width / 4, erase: false };
    assert.equal(makeReader().readNumber([dot], size).length, 1, `${[x, y, width]}`);
  }
});

test("a digit has its strokes, and those that they are of", () => {
  const [, , last] = makeReader().readNumber(number, size);
  assert.deepEqual(last.strokes, number.slice(3));
  assert.deepEqual([...last.sources], number.slice(3));
});

test("what an eraser left of a stroke is read as digits of their own", () => {
  const strokes = [line([0.2, 0.5], [1.2, 0.5]), rubber([0.7, 0.2], [0.7, 0.8])];
  const digits = makeReader().readNumber(strokes, size);
  assert.equal(text(digits), "11");
  assert.deepEqual([...digits[0].sources], [strokes[0]]);
});

test("an eraser that comes later parts what was read in one", () => {
  const { readNumber } = makeReader();
  const bar = line([0.2, 0.5], [1.2, 0.5]);
  assert.equal(text(readNumber([bar], size)), "1");
  const eraser = rubber([0.7, 0.2], [0.7, 0.4]);
  assert.equal(text(readNumber([bar, eraser], size)), "1");
  eraser.points.push([0.7, 0.8]);
  assert.equal(text(readNumber([bar, eraser], size)), "11");
});

test("a stroke of which all parts are there is painted as it was drawn, and erased", () => {
  const strokes = [line([0.5, 0.2], [0.5, 0.8]), rubber([0.2, 0.5], [0.8, 0.5])];
  const read = (seen) => {
    const probability = seen[0] === strokes[0] ? 0.9 : 0.1;
    return { digit: 1, isDigit: true, probabilities: [0, probability], seen };
  };
  const [digit] = makeNumberReader({ see: (painted) => painted, read })(strokes, size);
  assert.deepEqual(digit.strokes, strokes);
});

test("no strokes are no digits", () => assert.deepEqual(makeReader().readNumber([], size), []));

test("what was read is not read again", () => {
  const { asked, readNumber } = makeReader();
  readNumber(number, size);
  const before = asked.length;
  readNumber(number, size);
  assert.equal(asked.length, before);
});

test("on a pad of another size all is read again", () => {
  const { asked, readNumber } = makeReader();
  readNumber(number, size);
  const before = asked.length;
  readNumber(number, [1, 1]);
  assert.equal(asked.length, 2 * before);
});

test("only the groups of the stroke that grew are read again", () => {
  const { asked, readNumber } = makeReader();
  const row = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2].map(one);
  readNumber(row, size);
  asked.length = 0;
  row.at(-1).points.push([1.2, 0.81]);
  readNumber(row, size);
  assert.ok(asked.length > 0 && asked.length <= 4, `${asked.length} were read`);
});

test("what lies far apart is not even tried as one digit", () => {
  const { asked, readNumber } = makeReader();
  readNumber([0.2, 0.8, 1.4].map(one), size);
  assert.deepEqual(asked, [1, 1, 1]);
});

test("a point without ink is left out", () => {
  const see = ([{ points }]) => (points[0][0] > 1.6 ? null : points);
  const read = (seen) => ({ digit: 1, isDigit: true, probabilities: [0, 1], seen });
  const digits = makeNumberReader({ see, read })([one(0.5), one(2)], size);
  assert.equal(digits.length, 1);
});
