import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cut,
  extentOf,
  findProblem,
  fit,
  readDrawings,
  readLink,
  rescueDrawings,
  toDrawing,
  toStrokes,
  writeDrawings,
  writeLink,
} from "../../mnist_cnn/browser/drawings.js";
import { read, write } from "../../mnist_cnn/browser/strokes.js";
import { random } from "./made.js";

const stroke = (points, width = 0.06, erase = false) => ({ points, width, erase });
const LINE = [
  [0.1, 0.5],
  [0.9, 0.5],
];
const one = { label: 1, width: 0.06, strokes: [LINE] };
const line = (value) => JSON.stringify({ ...one, ...value });

// ---- from the pad

test("a drawing keeps strokes, width and label", () =>
  assert.deepEqual(toDrawing([stroke(LINE)], 1), one));

test("points that crowd are left out, the last one never", () => {
  const points = Array.from({ length: 100 }, (_, i) => [i / 256, 0.5]);
  const [kept] = toDrawing([stroke(points)], 1).strokes;
  assert.equal(kept.length, 34); // every third
  assert.deepEqual(kept.at(-1), [0.3867, 0.5]);
});

test("a dot stays a dot", () =>
  assert.deepEqual(toDrawing([stroke([[0.5, 0.5]])], null).strokes, [[[0.5, 0.5]]]));

test("what the pen drew outside the pad is moved to its border, or left out whole", () => {
  const outside = stroke([[-0.5, 0.5]]);
  const across = stroke([
    [-0.1, 0.5],
    [0.2, 0.5],
  ]);
  const kept = [
    [0, 0.5],
    [0.2, 0.5],
  ];
  assert.deepEqual(toDrawing([outside, across], 1).strokes, [kept]);
});

test("an eraser cuts a line where it passes", () => {
  const pieces = cut([
    stroke(LINE),
    stroke(
      [
        [0.5, 0.4],
        [0.5, 0.6],
      ],
      0.2,
      true,
    ),
  ]);
  assert.equal(pieces.length, 2);
  const [left, right] = pieces.map(({ points }) => points.map(([x]) => x));
  assert.ok(Math.max(...left) <= 0.4 && Math.max(...left) > 0.37);
  assert.ok(Math.min(...right) >= 0.6 && Math.min(...right) < 0.63);
});

test("an eraser leaves what it does not touch, and what is drawn later, as it is", () => {
  const far = stroke(LINE);
  const eraser = stroke([[0.5, 0.1]], 0.2, true);
  const later = stroke([[0.5, 0.1]]);
  assert.deepEqual(cut([far, eraser, later]), [far, later]);
});

test("what is rubbed out leaves nothing", () => {
  assert.deepEqual(cut([stroke([[0.5, 0.5]]), stroke([[0.5, 0.5]], 0.2, true)]), []);
});

test("a drawing is painted where it was, on any pad", () => {
  const wide = [
    [1.5, 0.2],
    [1.7, 0.4],
  ];
  assert.deepEqual(toStrokes({ width: 0.1, strokes: [wide] }), [stroke(wide, 0.1)]);
});

test("a drawing that a narrow pad shows smaller is kept smaller", () => {
  const low = [
    [0.4, 1.4],
    [1.2, 2.1],
  ];
  const { width, strokes } = toDrawing([stroke(low, 0.2)], 1);
  assert.equal(width, 0.1);
  assert.deepEqual(strokes, [
    [
      [0.2, 0.7],
      [0.6, 1],
    ],
  ]);
});

test("a drawing whose ink goes over the pad's edge stays as large", () => {
  const { width } = toDrawing(
    [
      stroke([
        [0.5, 0.5],
        [0.5, 1.02],
      ]),
    ],
    1,
  );
  assert.equal(width, 0.06);
});

test("a drawing's square has room for its lines", () => {
  const { left, top, side } = extentOf({
    width: 0.1,
    strokes: [
      [
        [0.2, 0.2],
        [0.2, 0.6],
      ],
    ],
  });
  [left, top, side].forEach((v, i) => assert.ok(Math.abs(v - [-0.1, 0.1, 0.6][i]) < 1e-9));
});

test("a drawing wider than the pad is made smaller, no other one is", () => {
  assert.deepEqual(fit(one, 1), one);
  const wide = fit({ label: null, width: 0.2, strokes: [[[1.9, 0.5]]] }, 1);
  assert.deepEqual(wide, { label: null, width: 0.1, strokes: [[[0.95, 0.25]]] });
});

test("a drawing on any pad is the same after a reload, rubbed out or not", () => {
  for (const height of [318.72, 358, 600])
    for (let k = 0; k < 300; k++) {
      const pixels = random(240, k + 1).map((share) => Math.round(4 * share));
      const strokes = [0, 1, 2].map((i) => {
        const at = [0.3, 0.5].map((share) => Math.round(share * height));
        const points = Array.from({ length: 40 }, (_, j) => {
          for (const axis of [0, 1]) at[axis] += pixels[80 * i + 2 * j + axis];
          return at.map((pixel) => pixel / height);
        });
        return stroke(points, 0.06, i === 1 && k % 2 === 0);
      });
      assert.deepEqual(toDrawing(read(write(strokes)), 1), toDrawing(strokes, 1));
    }
});

// ---- files

test("the lines are to the letter those of the documented format", () =>
  assert.equal(
    writeDrawings([one]),
    '{"label":1,"width":0.06,"strokes":[[[0.1,0.5],[0.9,0.5]]]}\n',
  ));

test("drawings come back as they were written, whatever the ends of the lines", () => {
  const drawings = [one, { ...one, label: null }, { ...one, width: 0.14 }];
  assert.deepEqual(readDrawings(writeDrawings(drawings)), { drawings });
  assert.deepEqual(readDrawings(writeDrawings(drawings).replaceAll("\n", "\r\n\n")), { drawings });
});

test("what else a line says is left out", () =>
  assert.deepEqual(readDrawings(line({ writer: 7 })), { drawings: [one] }));

test("an empty file has no drawings", () => assert.deepEqual(readDrawings(""), { drawings: [] }));

const many = (count) => Array.from({ length: count }, () => [0.5, 0.5]);
for (const [text, problem] of [
  ["{", "json"],
  ["[]", "json"],
  ["null", "json"],
  ["7", "json"],
  [line({ label: 10 }), "label"],
  [line({ label: "1" }), "label"],
  [line({ label: 1.5 }), "label"],
  [line({ label: undefined }), "label"],
  [line({ width: 0 }), "width"],
  [line({ width: 1 }), "width"],
  [line({ width: "0.06" }), "width"],
  [line({ strokes: [] }), "strokes"],
  [line({ strokes: [[]] }), "strokes"],
  [line({ strokes: "none" }), "strokes"],
  [line({ strokes: [[[0.5]]] }), "strokes"],
  [line({ strokes: [[[0.5, 1.1]]] }), "strokes"],
  [line({ strokes: [[[2.1, 0.5]]] }), "strokes"],
  [line({ strokes: [[[-0.1, 0.5]]] }), "strokes"],
  [line({ strokes: [[[0.5, null]]] }), "strokes"],
  [line({ strokes: [many(5001)] }), "size"],
  [line({ strokes: many(201).map((point) => [point]) }), "size"],
])
  test(`${text.slice(0, 60)} is told with its line: ${problem}`, () =>
    assert.deepEqual(readDrawings(`${line()}\n\n${text}\n`), { problem, line: 3 }));

test("at the bounds is within them", () => {
  const strokes = [many(5000)];
  assert.equal(findProblem({ label: 9, width: 0.3, strokes }), null);
  assert.equal(
    findProblem({
      label: 0,
      width: 0.005,
      strokes: [
        [
          [2, 1],
          [0, 0],
        ],
      ],
    }),
    null,
  );
});

test("of a damaged text the lines that are whole are rescued", () => {
  const text = `${line()}\n{"label":2,"wi\n${line({ label: 3 })}`;
  assert.deepEqual(
    rescueDrawings(text).map(({ label }) => label),
    [1, 3],
  );
});

// ---- links

test("a link holds the drawing in thousandths", () => {
  assert.equal(writeLink(one), "#drawing=60_100-500-900-500");
  assert.deepEqual(readLink(writeLink(one)), { ...one, label: null });
});

test("a long stroke makes a short link", () => {
  const spiral = Array.from({ length: 2000 }, (_, i) => [
    0.5 + (i / 5000) * Math.cos(i / 50),
    0.5 + (i / 5000) * Math.sin(i / 50),
  ]);
  const link = writeLink(toDrawing([stroke(spiral)], null));
  assert.ok(link.length < 5000);
  assert.ok(readLink(link));
});

for (const hash of [
  "",
  "#",
  "#drawing=",
  "#drawing=60",
  "#drawing=60_",
  "#drawing=60_1",
  "#drawing=60_1-2-3",
  "#drawing=60_1-2001",
  "#drawing=60_2001-1",
  "#drawing=0_1-2",
  "#drawing=999_1-2",
  "#drawing=60_1-2_",
  "#drawing=60_1--2",
  "#drawing=60_1e3-2",
  "#drawing=60_<img>-2",
  `#drawing=60_${"1-2-".repeat(6000)}1-2`,
  `#drawing=60${"_1-2".repeat(201)}`,
])
  test(`${hash.slice(0, 30)} is no drawing`, () => assert.equal(readLink(hash), null));
