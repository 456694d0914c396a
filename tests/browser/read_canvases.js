// Reads canvases as the page does, for tests/test_browser_modules.py:
// node read_canvases.js WEIGHTS CANVASES SIDE ANSWERS
//
// CANVASES: uint8 ink (n, SIDE, SIDE). ANSWERS: for each whether anything is drawn and whether it
// looks like a digit, a byte each, 784 grey levels, 10 probabilities in float32; 0 for a blank.

import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";

import {
  buildModel,
  looksLikeDigit,
  parseWeights,
  predict,
} from "../../mnist_cnn/browser/network.js";
import { preprocess, toTensor } from "../../mnist_cnn/browser/preprocess.js";

const [weights, canvases, side, answers] = process.argv.slice(2);
const { buffer, byteOffset, length } = readFileSync(weights);
const model = buildModel(parseWeights(buffer.slice(byteOffset, byteOffset + length)));
const ink = { rows: Number(side), columns: Number(side), values: new Uint8Array(side * side) };

function answer() {
  const record = Buffer.alloc(2 + 784 + 40);
  const grey = preprocess(ink);
  if (!grey) return record;
  const probabilities = predict(model, toTensor(grey));
  record[0] = 1;
  record[1] = looksLikeDigit(probabilities, model.threshold);
  record.set(grey, 2);
  probabilities.forEach((probability, k) => record.writeFloatLE(probability, 786 + 4 * k));
  return record;
}

const file = openSync(canvases);
const records = [];
while (readSync(file, ink.values) === ink.values.length) records.push(answer());
closeSync(file);
writeFileSync(answers, Buffer.concat(records));
