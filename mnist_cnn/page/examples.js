// Drawings to try: a click has the pad on the page draw it again, stroke by stroke.

import { tell } from "../browser/board.js";

export default function examples({ element, props }) {
  element.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    tell("replay", { strokes: props.value[button.dataset.index].strokes });
    document
      .querySelector("#sketchpad canvas")
      .scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
}
