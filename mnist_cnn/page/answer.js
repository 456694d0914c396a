// The answer: the digit or the number, ten bars, and what the network saw. It hears "answer:TAB":
// null where nothing is drawn, {problem} with the key of a text, or {digit, isDigit, probabilities,
// seen}, seen being 28 x 28 grey levels, uint8 (784); those it tells on as "seen:TAB". Of a number
// there are its text, ? for what is no digit, and the place of the digit that the rest is about:
// {number, chosen}. Another one is asked for with "choose:TAB".

import { ARROWS } from "../browser/arrows.js";
import { hear, tell } from "../browser/board.js";
import { SIDE, boundingBox, centerOfMass } from "../browser/preprocess.js";
import { greyOf, make, paint } from "./pixels.js";

const BLACK = new Uint8Array(SIDE * SIDE);
const WAKING = 800; // ms until a first drawing without an answer is told that it must wait
const RESTING = 700; // ms without a change until the answer is spoken

export default function answer({ element, props }) {
  const root = element.querySelector(".recognition");
  const answer = element.querySelector(".answer");
  const digit = element.querySelector(".digit");
  const sentence = element.querySelector(".sentence");
  const spoken = element.querySelector(".spoken");
  const bars = [...element.querySelectorAll("[data-digit]")];
  const seen = element.querySelector(".seen canvas");
  const blank = `answer.blank.${props.tab}`;

  function describe({ digit, isDigit, probabilities, number, chosen }) {
    const where = number?.length > 1 ? "number." : "";
    const which = { number, place: chosen + 1 };
    if (!isDigit) return say(`answer.${where}none`, which);
    const ranked = probabilities.map((p, d) => [p, d]).sort((a, b) => b[0] - a[0]);
    const [[best], [second, runnerUp]] = ranked;
    const probability = percent(best);
    const values = { ...which, digit, probability, runnerUp, second: percent(second) };
    return say(`answer.${where}${second > best / 4 ? "close" : "sure"}`, values);
  }

  let speaking = 0;
  function put(text) {
    sentence.textContent = text;
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      if (spoken.textContent !== text) spoken.textContent = text;
    }, RESTING);
  }

  // ---- the number: of several digits, one is chosen by click or by arrow key

  function showNumber(number, chosen) {
    answer.dataset.number = number;
    answer.style.setProperty("--digits", number.length);
    digit.classList.toggle("number", number.length > 1);
    if (number.length < 2) {
      digit.removeAttribute("role");
      digit.removeAttribute("aria-label");
      digit.textContent = number;
      return;
    }
    digit.setAttribute("role", "radiogroup");
    digit.setAttribute("aria-label", say("answer.number.label"));
    // Those that stay keep the focus.
    while (digit.children.length > number.length) digit.lastChild.remove();
    if (!digit.children.length) digit.textContent = "";
    while (digit.children.length < number.length) digit.append(makeRadio());
    [...digit.children].forEach((radio, place) => {
      radio.textContent = number[place];
      radio.setAttribute("aria-checked", place === chosen);
      radio.setAttribute("aria-label", nameOf(number, place));
      radio.tabIndex = place === chosen ? 0 : -1;
    });
  }

  const nameOf = (number, place) =>
    say("answer.number.place", { digit: number[place], place: place + 1 });

  function makeRadio() {
    const radio = make("button");
    radio.type = "button";
    radio.setAttribute("role", "radio");
    return radio;
  }

  const choose = (place) => tell(`choose:${props.tab}`, place);
  const placeOf = ({ target }) => [...digit.children].indexOf(target.closest("[role=radio]"));
  digit.addEventListener("click", (event) => {
    if (placeOf(event) >= 0) choose(placeOf(event));
  });
  digit.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step || placeOf(event) < 0) return;
    event.preventDefault();
    const count = digit.children.length;
    const next = (placeOf(event) + step[0] + step[1] + count) % count;
    choose(next);
    digit.children[next].focus();
  });

  // What the network sees, or black; the box that preprocessing scaled to 20 pixels, and the
  // centre of mass that it placed.
  function showSeen(levels) {
    paint(seen, SIDE, SIDE, greyOf(levels ?? BLACK));
    const [box, center] = [".box", ".center"].map((name) => element.querySelector(name));
    box.hidden = center.hidden = !levels;
    if (!levels) return;
    const place = (pixels) => `${(pixels / SIDE) * 100}%`;
    const image = { rows: SIDE, columns: SIDE, values: levels };
    const { top, bottom, left, right } = boundingBox(image);
    const [row, column] = centerOfMass(image);
    box.style.inset = [top, SIDE - right, SIDE - bottom, left].map(place).join(" ");
    [center.style.top, center.style.left] = [place(row + 0.5), place(column + 0.5)];
  }

  function show(value) {
    const levels = value?.seen ?? null;
    root.dataset.state = !value ? "blank" : value.isDigit ? "digit" : "none";
    const text = !value ? "" : value.isDigit ? `${value.digit}` : "?";
    showNumber(value?.number ?? text, value?.chosen);
    put(value ? describe(value) : say(blank));
    showSeen(levels);
    tell(`seen:${props.tab}`, levels);
    bars.forEach((bar, d) => {
      const probability = value?.probabilities[d] ?? 0;
      bar.dataset.probability = probability;
      bar.classList.toggle("best", Boolean(value?.isDigit) && d === value.digit);
      bar.querySelector("u").style.transform = `scaleX(${probability})`;
      bar.querySelector("span").textContent = value ? percent(probability) : "";
    });
  }

  let answered = false;
  let waking = 0;
  show(null);
  hear(`answer:${props.tab}`, (value) => {
    clearTimeout(waking);
    waking = 0;
    answered ||= Boolean(value && !value.problem);
    // The bars stay meanwhile.
    if (value?.problem) put(say(value.problem));
    else show(value);
  });
  // The first drawing may have to wait for TensorFlow.
  hear("waiting", (isWaiting) => {
    if (!isWaiting || answered || props.tab !== "draw") return;
    waking ||= setTimeout(() => put(say("answer.waking")), WAKING);
  });
}
