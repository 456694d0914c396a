// What was taught to this browser: a list of drawings (drawings.js), the oldest first, that all
// tabs share.

import { rescueDrawings, writeDrawings } from "./drawings.js";
import { keep, recall } from "./memory.js";

export const MOST = 500;
const KEY = "taught";

// Opens the list: {drawings, isKept, add, load, remove, replace, forget}, and calls changed() when
// it has become another one, here or in another tab. It is never changed in place. isKept is false
// when the browser did not keep the last change, which lasts until the page is closed then.
export function openTaught(changed) {
  let kept = read(); // by the browser, as far as is known here
  const list = {
    drawings: kept,
    isKept: true,
    add,
    load,
    remove,
    replace,
    forget: () => put([]),
  };

  function read() {
    return rescueDrawings(recall("localStorage", KEY) ?? "").slice(-MOST);
  }

  function put(drawings) {
    list.drawings = drawings.slice(-MOST);
    list.isKept = keep("localStorage", KEY, writeDrawings(list.drawings));
    if (list.isKept) kept = list.drawings;
    changed();
  }

  // Adds drawings as the newest; one of the same strokes as another takes its place.
  function add(drawings) {
    put([...without(list.drawings, drawings), ...drawings]);
  }

  // Adds those drawings whose strokes are not here yet, of equal ones the last, as the oldest: what
  // is here stays as it is. Returns how many were added, and for how many there was no room.
  function load(drawings) {
    const unique = new Map(drawings.map((drawing) => [strokesOf(drawing), drawing]));
    const fresh = without([...unique.values()], list.drawings);
    const left = Math.max(0, fresh.length + list.drawings.length - MOST);
    put([...fresh.slice(left), ...list.drawings]);
    return { added: fresh.length - left, left };
  }

  function remove(drawing) {
    put(list.drawings.filter((one) => one !== drawing));
  }

  function replace(drawing, other) {
    put(list.drawings.map((one) => (one === drawing ? other : one)));
  }

  globalThis.addEventListener?.("storage", ({ key }) => {
    if (key !== KEY && key !== null) return; // null where all is forgotten
    const unkept = list.drawings.filter((drawing) => !kept.includes(drawing));
    kept = read();
    list.drawings = [...without(kept, unkept), ...unkept].slice(-MOST);
    list.isKept = !unkept.length;
    changed();
  });
  return list;
}

// Those of drawings that have other strokes than all the others.
function without(drawings, others) {
  const strokes = new Set(others.map(strokesOf));
  return drawings.filter((drawing) => !strokes.has(strokesOf(drawing)));
}

// What tells drawings apart but for their labels.
export const strokesOf = ({ width, strokes }) => JSON.stringify([width, strokes]);
