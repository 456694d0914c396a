// Times what a page does for each frame: node modules.js WEIGHTS CANVASES SIDE REPEATS
// CANVASES: uint8 ink (n, SIDE, SIDE), each timed REPEATS times after one round to warm up.

import { readFileSync } from "node:fs";

import { learn } from "../../mnist_cnn/browser/learning.js";
import { buildModel, occlusion, parseWeights, predict } from "../../mnist_cnn/browser/network.js";
import { inkOf, preprocess, toTensor } from "../../mnist_cnn/browser/preprocess.js";

const [weights, canvases, side, repeats] = process.argv.slice(2);
const read = (path) => Uint8Array.from(readFileSync(path)).buffer;
const times = new Map();

function time(name, call) {
  const started = performance.now();
  const result = call();
  if (!times.has(name)) times.set(name, []);
  times.get(name).push(performance.now() - started);
  return result;
}

function imageData(ink) {
  const data = new Uint8ClampedArray(4 * ink.length);
  ink.forEach((level, i) => (data[4 * i + 3] = level));
  return { data, width: Number(side), height: Number(side) };
}

const parsed = time("weights, read once", () => parseWeights(read(weights)));
const [model, other] = [buildModel(parsed), buildModel(parsed)];
const inks = new Uint8Array(read(canvases));
const size = side * side;
const images = Array.from({ length: inks.length / size }, (_, k) =>
  imageData(inks.subarray(k * size, (k + 1) * size)),
);

for (let round = 0; round <= repeats; round++) {
  if (round === 1) for (const name of ["ink", "28 x 28", "network"]) times.delete(name);
  for (const image of images) {
    const ink = time("ink", () => inkOf(image));
    const grey = time("28 x 28", () => preprocess(ink));
    if (grey) time("network", () => predict(model, toTensor(grey)));
  }
}
for (const image of images.slice(0, 20)) {
  const grey = preprocess(inkOf(image));
  if (grey) time("occlusion, in slices", () => [...occlusion(other, toTensor(grey), [0, 1])]);
}
const greys = images.map((image) => preprocess(inkOf(image))).filter(Boolean);
const features = Array.from({ length: 500 }, (_, k) => {
  predict(model, toTensor(greys[k % greys.length]));
  return model.layers.at(-2).output.slice();
});
const labels = features.map((_, k) => (k % 11 === 10 ? null : k % 11));
for (let round = 0; round < 20; round++)
  time("learning, 500 drawings", () => learn(parsed.weights.at(-1), features, labels));

console.log(`${"ms".padEnd(22)} median    p95`);
for (const [name, measured] of times) {
  measured.sort((a, b) => a - b);
  const at = (share) => measured[Math.floor(share * (measured.length - 1))].toFixed(2).padStart(6);
  console.log(`${name.padEnd(22)} ${at(0.5)} ${at(0.95)}`);
}
console.log(`Node ${process.version}`);
