// The forms of one digit. All of them are asked for when this is first opened.

import { insist } from "../browser/courier.js";

export default function forms({ element, server }) {
  const find = (selector) => element.querySelector(selector);
  const details = find("details");
  const status = find(".status");
  const language = document.documentElement.lang;
  let all = null;

  function show(digit) {
    for (const button of element.querySelectorAll("button"))
      button.setAttribute("aria-pressed", button.value === digit);
    const chosen = (all ?? []).filter((form) => String(form.digit) === digit);
    find("ul").innerHTML = chosen.map(describe).join("");
  }

  const describe = ({ name, where, strokes }) => `<li>
      <svg viewBox="-10 -10 120 120" aria-hidden="true">
        ${strokes.map((points) => `<polyline points="${points}" />`).join("")}
      </svg>
      <b>${name[language]}</b>
      <span>${where[language]}</span>
    </li>`;

  async function ask() {
    if (!details.open || all) return;
    all = [];
    const answer = await insist(server.forms, () => (status.textContent = say("answer.busy")));
    status.textContent = answer.problem ? say(answer.problem) : "";
    all = answer.problem ? null : answer;
    show(find("[aria-pressed=true]")?.value ?? "0");
  }

  details.addEventListener("toggle", ask);
  ask(); // it may have been opened before this ran

  find(".digits").addEventListener("click", ({ target }) => {
    if (target.value) show(target.value);
  });
}
