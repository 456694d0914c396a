// Tells which tab is open, as its name, and opens it again after a reload.

import { tell } from "../browser/board.js";
import { keep, recall } from "../browser/memory.js";

const tab = (state) => document.querySelector(`[role="tab"]${state}`);

let open = null;
let wanted = recall("sessionStorage", "tab");

function look() {
  const name = tab('[aria-selected="true"]')?.dataset.tabId;
  if (!name) return;
  const kept = wanted && tab(`[data-tab-id="${CSS.escape(wanted)}"]`);
  if (kept) wanted = null; // from now on the tabs are the visitor's
  if (kept && kept.dataset.tabId !== name) kept.click();
  else if (name !== open) {
    open = name;
    if (!wanted) keep("sessionStorage", "tab", name);
    tell("tab", name);
  }
}

new MutationObserver(look).observe(document, {
  childList: true,
  subtree: true,
  attributeFilter: ["aria-selected"],
});
look();
