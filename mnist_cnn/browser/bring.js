// Scripts that are loaded late, when the network may be gone: a browser may remember for good
// that a script failed to load (Firefox does), so that all of it has to be here before it is run.

import { insist } from "./courier.js";

const IMPORTED = /^import [^;]*?"(\.[^"]+)";$/gm;

// Returns a promise of the module at an address, a URL. Fetches it and all that it imports, again
// and again while the network is gone, calling waiting(), then imports it, out of the browser's
// cache.
export async function bring(address, waiting) {
  await fetchAll(address, waiting, new Set());
  return import(address);
}

// The addresses that a script, text at an address, imports.
export const imported = (text, address) =>
  [...text.matchAll(IMPORTED)].map((found) => new URL(found[1], address));

async function fetchAll(address, waiting, known) {
  if (known.has(address.href)) return;
  known.add(address.href);
  const text = await fetchText(address, waiting);
  await Promise.all(imported(text, address).map((next) => fetchAll(next, waiting, known)));
}

async function fetchText(address, waiting) {
  let text;
  do text = await insist(() => tryToFetch(address), waiting);
  while (text.problem);
  return text;
}

// Undefined when there is no answer, or only that of a busy server.
async function tryToFetch(address) {
  try {
    const response = await fetch(address);
    return response.status < 500 ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}
