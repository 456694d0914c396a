// Simulates correcting, through the page's own code: node hands.js WEIGHTS IMAGES SAID
// IMAGES: uint8 (n, 784); SAID: JSON, [writer, label] of each, a writer's in the order of writing.

import { readFileSync } from "node:fs";

import { parseWeights } from "../../mnist_cnn/browser/network.js";
import { featuresOf, learntReader, makeReader } from "../../mnist_cnn/browser/reader.js";

const MOST = [0, 1, 2, 3, 5];

const [weights, images, said] = process.argv.slice(2);
const bytes = (path) => Uint8Array.from(readFileSync(path));
const shipped = makeReader(parseWeights(bytes(weights).buffer));
const pixels = bytes(images);
const drawings = JSON.parse(readFileSync(said)).map(([writer, label], k) => {
  const seen = pixels.subarray(784 * k, 784 * (k + 1));
  return { writer, label, seen, features: featuresOf(shipped, seen) };
});
const writers = [...new Set(drawings.map(({ writer }) => writer))].map((name) =>
  drawings.filter(({ writer }) => writer === name),
);

const isWrong = (reader, { seen, label }) => {
  const { digit, isDigit } = reader.read(seen);
  return !isDigit || digit !== label;
};
const errors = (reader, some) => some.filter((drawing) => isWrong(reader, drawing)).length;
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

// Someone writes, correcting at most `most` times. Told are the drawings that follow: how often
// they are read wrongly as shipped, and as learnt; or null where fewer were to be corrected.
function correct(written, most) {
  const taught = [];
  let reader = shipped;
  let at = 0;
  for (; taught.length < most && at < written.length; at++) {
    if (!isWrong(reader, written[at])) continue;
    taught.push(written[at]);
    reader = learntReader(shipped, taught);
  }
  if (taught.length < most) return null;
  const rest = written.slice(at);
  return { drawings: rest.length, without: errors(shipped, rest), with: errors(reader, rest) };
}

// Someone corrects all that is read wrongly: told are the corrections, how many of them were
// read rightly at once, and the errors in the second half of what is written.
function correctAll(written) {
  const taught = [];
  let reader = shipped;
  const told = { drawings: written.length / 2, corrections: 0, atOnce: 0, without: 0, with: 0 };
  written.forEach((drawing, k) => {
    const isSecondHalf = k >= written.length / 2;
    if (isSecondHalf) told.without += isWrong(shipped, drawing);
    if (!isWrong(reader, drawing)) return;
    if (isSecondHalf) told.with += 1;
    taught.push(drawing);
    reader = learntReader(shipped, taught);
    told.corrections += 1;
    told.atOnce += !isWrong(reader, drawing);
  });
  return told;
}

const line = (name, rows) => {
  const cells = [rows.length, sum(rows, "drawings"), sum(rows, "without"), sum(rows, "with")];
  console.log([name.padEnd(12), ...cells.map((cell) => String(cell).padStart(9))].join(" "));
};
console.log("corrections    writers  drawings   without      with");
for (const most of MOST)
  line(String(most), writers.map((written) => correct(written, most)).filter(Boolean));
const all = writers.map(correctAll);
line("all, 2nd half", all);
console.log(
  `${sum(all, "corrections")} corrections, of which ${sum(all, "atOnce")} were read rightly at once`,
);
