// What the parts of the page tell each other. The last word on a subject stays on the board, for
// those who come later: the parts are loaded in any order.

const words = new Map();
const listeners = new Map();

// Calls listener with every word on a subject, and now with the last one if there is one.
export function hear(subject, listener) {
  listeners.set(subject, [...(listeners.get(subject) ?? []), listener]);
  if (words.has(subject)) listener(words.get(subject));
}

export function tell(subject, word) {
  words.set(subject, word);
  for (const listener of listeners.get(subject) ?? []) listener(word);
}
