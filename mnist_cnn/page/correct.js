// Correcting: says what the drawing on the pad was, by a button or by a digit key, and the page
// learns it (teaching.js). Below are those that were taught, and a link that draws the drawing.

import { hear, tell } from "../browser/board.js";
import { findProblem, readLink, toDrawing, writeLink } from "../browser/drawings.js";
import { strokesOf } from "../browser/taught.js";
import { showTaught } from "./list.js";
import { taught } from "./teaching.js";

// Where a digit key says what the drawing was.
const KEYED = "#sketchpad canvas, #answer [role=radio]";

const isSame = (seen, other) =>
  seen === other || Boolean(seen && other?.every((level, i) => level === seen[i]));

export default function correct({ element }) {
  const find = (selector) => element.querySelector(selector);
  const ask = find("#correct");
  const choices = find(".choices");
  const panel = find(".panel");
  const status = find(".status");
  const byHand = find(".by-hand");
  let reader = null;
  let answer = null; // to the drawing on the pad
  let strokes = null; // of it
  let hoped = null; // {label} that was taught, until there is an answer again

  const open = (isOpen) => {
    choices.hidden = !isOpen;
    ask.setAttribute("aria-expanded", isOpen);
  };
  const report = (text) => (status.textContent = text);

  // ---- teaching: the same label once more takes it back

  // What was taught of the drawing on the pad, if anything was.
  function present() {
    const drawing = toDrawing(strokes, null);
    return taught.drawings.find((one) => strokesOf(one) === strokesOf(drawing));
  }

  function teach(label) {
    const before = present();
    if (before?.label === label) {
      hoped = null;
      taught.remove(before);
      report(say("correct.undone"));
      warn();
    } else {
      const drawing = toDrawing(strokes, label);
      if (findProblem(drawing)) return report(say("correct.unfit"));
      hoped = { label };
      taught.add([drawing]);
    }
  }

  // Tells whether the drawing is read as it was taught now.
  function showLearnt({ label }) {
    const isRead = answer.isDigit ? answer.digit === label : label === null;
    report(say(isRead ? "correct.learnt" : "correct.more"));
    warn();
  }

  // Where the browser keeps nothing, it is said with what has just been said.
  function warn() {
    if (!taught.isKept) report(`${status.textContent} ${say("taught.unkept")}`);
  }

  function refresh() {
    const isDrawn = Boolean(answer && strokes.length);
    ask.disabled = !isDrawn || !reader;
    find("#copy-link").disabled = !isDrawn;
    if (ask.disabled) open(false);
    if (!choices.hidden) showChosen();
    showNote();
  }

  function showChosen() {
    const label = present()?.label;
    for (const button of choices.children)
      button.setAttribute("aria-pressed", label === labelOf(button));
  }

  const labelOf = ({ dataset: { correct } }) => (correct === "none" ? null : Number(correct));

  ask.addEventListener("click", () => {
    open(choices.hidden);
    refresh();
  });
  choices.addEventListener("click", ({ target }) => {
    if (target.dataset.correct) teach(labelOf(target));
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || (choices.hidden && panel.hidden)) return;
    event.preventDefault(); // or the pad would be cleared
    const opener = choices.hidden ? find("#taught") : ask;
    opener.focus();
    opener.click();
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(KEYED) || !/^[0-9]$/.test(event.key) || ask.disabled) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    teach(Number(event.key));
  });

  // ---- what the network would say that was taught nothing

  function showNote() {
    find(".note").hidden = !reader?.shipped;
    find(".note").style.visibility = answer ? "" : "hidden";
    const isAsked = find(".compare").getAttribute("aria-pressed") === "true";
    find(".shipped").hidden = !isAsked || !answer?.seen;
    if (find(".shipped").hidden || !reader?.shipped) return;
    const { digit, isDigit, probabilities } = reader.shipped.read(answer.seen);
    const values = { digit, probability: percent(probabilities[digit]) };
    find(".shipped").textContent = isDigit ? say("answer.sure", values) : say("answer.none");
  }

  find(".compare").addEventListener("click", ({ target }) => {
    target.setAttribute("aria-pressed", target.getAttribute("aria-pressed") !== "true");
    showNote();
  });

  // ---- links

  find("#copy-link").addEventListener("click", async () => {
    const hash = writeLink(toDrawing(answer.drawn, null));
    if (!readLink(hash)) return report(say("correct.long"));
    // Without the query: the language is the sharer's.
    const link = Object.assign(new URL(location.href), { search: "", hash }).href;
    try {
      await navigator.clipboard.writeText(link);
      report(say("correct.copied"));
    } catch {
      report("");
      byHand.hidden = false;
      byHand.lastElementChild.value = link;
      byHand.lastElementChild.select();
    }
  });

  function openLink() {
    if (!location.hash.startsWith("#drawing=")) return;
    const drawing = readLink(location.hash);
    // A reload must not draw it once more over what has been drawn since.
    history.replaceState(null, "", location.pathname + location.search);
    if (drawing) tell("replay", drawing);
    else report(say("correct.damaged"));
  }
  addEventListener("hashchange", openLink);

  // ---- the world around

  showTaught(element, taught, { report, warn });
  hear("taught", refresh);
  hear("reader", (brought) => {
    reader = brought;
    refresh();
  });
  hear("answer:draw", (value) => {
    if (value?.problem) return;
    if (!isSame(value?.seen, answer?.seen)) {
      open(false);
      hoped = null;
      byHand.hidden = true;
      if (answer) report(""); // or else it is of no drawing
    }
    answer = value;
    strokes = value?.strokes ?? null;
    refresh();
    if (hoped) showLearnt(hoped);
    hoped = null;
  });
  openLink();
}
