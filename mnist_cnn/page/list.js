// The drawings that were taught: how many, each to be relabelled and removed, saved as a file,
// loaded from one, and forgotten.

import { hear } from "../browser/board.js";
import { extentOf, readDrawings, writeDrawings } from "../browser/drawings.js";
import { MOST } from "../browser/taught.js";
import { make } from "./pixels.js";

const LARGEST = 16e6; // bytes of a file
const SVG = "http://www.w3.org/2000/svg";

// Works the parts of correct.html below the answer; taught is what openTaught gives, report tells
// the user, and warn adds that nothing is kept where it is not.
export function showTaught(element, taught, { report, warn }) {
  const find = (selector) => element.querySelector(selector);
  const opener = find("#taught");
  const panel = find(".panel");
  const list = find("ul");
  const items = new WeakMap(); // by drawing
  let isAsked = false; // whether to forget all

  function refresh() {
    const count = taught.drawings.length;
    opener.textContent = say(["taught.zero", "taught.one"][count] ?? "taught.count", { count });
    find("#taught-download").disabled = !count;
    find("#taught-forget").disabled = !count;
    ask(false);
    if (!panel.hidden) showItems();
  }

  // What stays in its place is left alone: 500 items would take a third of a second.
  function showItems() {
    taught.drawings.forEach((drawing, i) => {
      if (!items.has(drawing)) items.set(drawing, describe(drawing));
      name(items.get(drawing), drawing, i + 1);
    });
    const shown = taught.drawings.toReversed().map((drawing) => items.get(drawing));
    const stay = new Set(shown);
    for (const item of [...list.children]) if (!stay.has(item)) item.remove();
    shown.forEach((item, i) => {
      if (list.children[i] !== item) list.insertBefore(item, list.children[i]);
    });
  }

  // ---- one drawing

  function describe(drawing) {
    const item = make("li");
    item.append(picture(drawing), labels(drawing), remover(drawing));
    return item;
  }

  function name(item, { label }, number) {
    const values = { number, label: label ?? say("correct.none") };
    item.querySelector("select").setAttribute("aria-label", say("taught.label", values));
    item.querySelector("button").setAttribute("aria-label", say("taught.remove", values));
  }

  function picture({ width, strokes }) {
    const svg = document.createElementNS(SVG, "svg");
    const { left, top, side } = extentOf({ width, strokes });
    svg.setAttribute("viewBox", [left, top, side, side].join(" "));
    svg.setAttribute("aria-hidden", "true");
    for (const points of strokes) {
      const line = document.createElementNS(SVG, "polyline");
      // A tap, a line of no length, would leave no dot.
      line.setAttribute("points", [...points, points.at(-1)].join(" "));
      line.setAttribute("stroke-width", width);
      svg.append(line);
    }
    return svg;
  }

  function labels(drawing) {
    const select = make("select");
    for (let digit = 0; digit < 10; digit++) select.add(new Option(digit, digit));
    select.add(new Option(say("correct.none"), ""));
    select.value = drawing.label ?? "";
    select.addEventListener("change", () => {
      const label = select.value === "" ? null : Number(select.value);
      change("select", () => taught.replace(drawing, { ...drawing, label }), select);
    });
    return select;
  }

  function remover(drawing) {
    const button = make("button", "", "×");
    button.type = "button";
    button.addEventListener("click", () => change("button", () => taught.remove(drawing), button));
    return button;
  }

  // Makes a change in the list; what was in focus is made anew, and the focus stays in its place.
  function change(kind, act, node) {
    const at = [...list.children].indexOf(node.parentElement);
    report("");
    act();
    warn();
    const item = list.children[Math.min(at, list.children.length - 1)];
    (item?.querySelector(kind) ?? opener).focus();
  }

  // ---- all of them

  opener.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    opener.setAttribute("aria-expanded", !panel.hidden);
    refresh();
  });

  find("#taught-download").addEventListener("click", () => {
    const file = new Blob([writeDrawings(taught.drawings)], { type: "application/jsonl" });
    const link = make("a");
    link.href = URL.createObjectURL(file);
    link.download = "drawings.jsonl";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  });

  find("#taught-load").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = ""; // the same file may be chosen again
    if (file) await load(file);
  });

  async function load(file) {
    if (file.size > LARGEST) return report(say("taught.large", { most: LARGEST / 1e6 }));
    const { drawings, problem, line } = readDrawings(await file.text());
    if (problem) return report(say(`taught.bad.${problem}`, { line }));
    if (!drawings.length) return report(say("taught.empty"));
    const { added: count, left } = taught.load(drawings);
    const all = drawings.length;
    const key = left ? "full" : count < all ? "known" : "loaded";
    report(say(`taught.${key}`, { count, all, most: MOST }));
    warn();
  }

  function ask(now) {
    isAsked = now;
    find("#taught-forget").textContent = say(now ? "taught.sure" : "taught.forget");
  }

  find("#taught-forget").addEventListener("click", () => {
    if (!isAsked) return ask(true);
    taught.forget();
    report(say("taught.forgotten"));
    warn();
    opener.focus();
  });
  find("#taught-forget").addEventListener("blur", () => ask(false));

  hear("taught", refresh);
}
