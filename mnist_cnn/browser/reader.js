// Reads images with the network, each once, for all who ask: what the layers made of the last
// image stays in them.

import { learn } from "./learning.js";
import { buildModel, looksLikeDigit, predict } from "./network.js";
import { toTensor } from "./preprocess.js";

// Makes a reader of `weights` as parseWeights returns them: {weights, model, tensor, read}, the
// tensor being that of the last image, or null.
export function makeReader(weights) {
  const model = buildModel(weights);
  const reader = { weights, model, tensor: null, read };
  let answer = null;

  // What the network makes of an image, uint8 (784), ink 255 on background 0: {digit, isDigit,
  // probabilities (10), seen}, seen being the image. For the image of the last call, the very
  // same array, nothing is computed.
  function read(seen) {
    if (answer?.seen === seen) return answer;
    reader.tensor = toTensor(seen);
    const probabilities = Array.from(predict(model, reader.tensor));
    const digit = probabilities.indexOf(Math.max(...probabilities));
    const isDigit = looksLikeDigit(probabilities, model.threshold);
    return (answer = { digit, isDigit, probabilities, seen });
  }

  return reader;
}

// Makes a reader that has learnt from drawings, [{features, label}] as `learn` takes them, what
// the `shipped` reader has not: like it but for the last layer, and with that under `shipped`.
export function learntReader(shipped, drawings) {
  const { weights } = shipped.weights;
  const features = drawings.map((drawing) => drawing.features);
  const labels = drawings.map((drawing) => drawing.label);
  const { kernel, bias } = learn(weights.at(-1), features, labels);
  const single = ({ shape, values }) => ({ shape, values: Float32Array.from(values) });
  const last = { kernel: single(kernel), bias: single(bias) };
  const learnt = makeReader({ ...shipped.weights, weights: [...weights.slice(0, -1), last] });
  return Object.assign(learnt, { shipped });
}

// What the layer before the last makes of an image, for learning: float32 (128), the caller's own.
export function featuresOf(reader, seen) {
  reader.read(seen);
  return reader.model.layers.at(-2).output.slice();
}
