// Looks inside the network as the page does, for tests/test_browser_modules.py:
// node look_inside.js WEIGHTS TENSOR QUESTIONS ANSWERS
//
// TENSOR: float32 (784). QUESTIONS, JSON: `digits` to explain by occlusion, and `places`, pairs
// of a layer's index and a place in its output. ANSWERS, JSON: the `layers`, each its `shape`,
// `arithmetic` and `output`; the maps of `occlusion`; `explained`, what is told of the places.

import { readFileSync, writeFileSync } from "node:fs";

import { explain } from "../../mnist_cnn/browser/arithmetic.js";
import {
  buildModel,
  occlusion,
  parameterArithmetic,
  parseWeights,
  predict,
} from "../../mnist_cnn/browser/network.js";

const [weights, tensor, questions, answers] = process.argv.slice(2);
const read = (path) => Uint8Array.from(readFileSync(path)).buffer;

const parsed = parseWeights(read(weights));
const model = buildModel(parsed);
const image = new Float32Array(read(tensor));
const { digits, places } = JSON.parse(readFileSync(questions));

function finish(work) {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}

predict(model, image);
const layers = model.layers.map((layer) => ({
  shape: layer.shape,
  arithmetic: parameterArithmetic(layer),
  output: Array.from(layer.output),
}));
const explained = places.map(([index, place]) => explain(model, image, index, place));
const maps = finish(occlusion(buildModel(parsed), image, digits)).map((map) => Array.from(map));
writeFileSync(answers, JSON.stringify({ layers, occlusion: maps, explained }));
