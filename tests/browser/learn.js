// Learns as the page does, for tests/test_browser_modules.py:
// node learn.js WEIGHTS FEATURES LABELS COUNT ANSWERS
//
// FEATURES: float32 (cases, COUNT, 128), LABELS: int8 (cases, COUNT), -1 for no digit. ANSWERS:
// float64 (cases, 129, 10), for each the kernel and, last, the bias.

import { readFileSync, writeFileSync } from "node:fs";

import { learn } from "../../mnist_cnn/browser/learning.js";
import { parseWeights } from "../../mnist_cnn/browser/network.js";

const [weights, features, labels, count, answers] = process.argv.slice(2);
const read = (path) => Uint8Array.from(readFileSync(path)).buffer;
const last = parseWeights(read(weights)).weights.at(-1);
const inputs = new Float32Array(read(features));
const said = [...new Int8Array(read(labels))].map((label) => (label < 0 ? null : label));
const n = Number(count);

const learnt = [];
for (let at = 0; at < said.length; at += n) {
  const drawings = said
    .slice(at, at + n)
    .map((_, i) => inputs.subarray(128 * (at + i), 128 * (at + i + 1)));
  const { kernel, bias } = learn(last, drawings, said.slice(at, at + n));
  learnt.push(...kernel.values, ...bias.values);
}
writeFileSync(answers, Float64Array.from(learnt));
