// Drawings to try. Gradio runs this once with: element, props.
// A click asks the pad on the same page to draw it again, stroke by stroke.

element.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const { strokes } = props.value[button.dataset.index];
  const pad = document.querySelector("[data-replays]");
  pad.dispatchEvent(new CustomEvent("replay", { detail: strokes, bubbles: true }));
  if (innerWidth < 768) pad.scrollIntoView({ block: "center", behavior: "smooth" });
});
