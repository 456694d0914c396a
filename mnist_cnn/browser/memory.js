// What the browser keeps for this page: as text, under a key. Some keep nothing, as within
// another page or when their storage is full; it is then forgotten.
// storage is "localStorage", for this browser, or "sessionStorage", for this visit.

// Returns what is kept under a key, or null.
export function recall(storage, key) {
  try {
    return globalThis[storage].getItem(key);
  } catch {
    return null;
  }
}

// Returns whether it is kept.
export function keep(storage, key, text) {
  try {
    globalThis[storage].setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
