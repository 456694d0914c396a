// Stands in for Gradio where there is no server: fills each place in the document with its
// component, those of a tab when it is first opened, and keeps the page for later.

import { hear } from "../../browser/board.js";
import { bring } from "../../browser/bring.js";
import * as servers from "./answers.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const tabs = [...document.querySelectorAll('[role="tab"]')];
const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

// ---- components

async function fill(place, load) {
  const { component } = place.dataset;
  delete place.dataset.component;
  const address = new URL(`components/${component}.js`, FILES);
  const waiting = () => (place.dataset.waiting = say("answer.busy"));
  const { template, props, run } = await load(address, waiting);
  delete place.dataset.waiting;
  place.innerHTML = template(props);
  run?.({ element: place, props, server: servers[component] ?? {} });
}

function fillAll(root, load) {
  for (const place of root.querySelectorAll("[data-component]"))
    if (!place.closest("[hidden]")) fill(place, load);
}

// ---- tabs: one tab stop, then the arrow keys

function open(chosen) {
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", tab === chosen);
    tab.tabIndex = tab === chosen ? 0 : -1;
    panelOf(tab).hidden = tab !== chosen;
  }
  fillAll(panelOf(chosen), bring);
}

for (const tab of tabs) {
  tab.addEventListener("click", () => open(tab));
  tab.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = Math.min(Math.max(tabs.indexOf(tab) + step, 0), tabs.length - 1);
    tabs[next].focus();
    open(tabs[next]);
  });
}

// The document names the files of what is seen first: the browser has them under way by now.
fillAll(document, (address) => import(address));

// ---- offline: kept when the network is here, so that nothing comes in its way

hear("reader", async (reader) => {
  try {
    if (reader) await navigator.serviceWorker?.register(new URL("../../worker.js", FILES));
  } catch {
    // The browser keeps nothing for this page; it is loaded anew each time.
  }
});
