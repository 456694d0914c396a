// The network's weights: brought to the page when the pad is at work, and again when the server
// has others. They are named by what is in them, so that a browser keeps them for good.

import { tell } from "../browser/board.js";
import { insist } from "../browser/courier.js";
import { parseWeights } from "../browser/network.js";
import { makeReader } from "../browser/reader.js";

let wanted; // what is being fetched
let reader = null;

// Fetches the weights of this digest, or, for "latest", those in use, and tells "shipped", which
// reads with them; teaching.js tells on what the page reads with. For null, when the server has
// none for a page and reads on itself, it tells null. While the server is out of reach, all stays
// as it is.
export async function bringWeights(digest) {
  if (digest === wanted || digest === (reader?.weights.digest ?? null)) return;
  wanted = digest;
  const weights = digest && (await insist(() => fetchWeights(digest)));
  if (wanted !== digest) return; // others are wanted by now
  wanted = undefined;
  if (digest && !weights?.digest) return;
  reader = weights && makeReader(weights);
  tell("shipped", reader);
}

// Nothing while they may come yet, null where they never will.
async function fetchWeights(digest) {
  try {
    const answer = await fetch(new URL(`../weights/${digest}`, FILES));
    if (answer.status === 200) return parseWeights(await answer.arrayBuffer());
    return answer.status === 404 ? null : undefined;
  } catch {
    return undefined;
  }
}
