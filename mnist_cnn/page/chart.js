// Draws a chart whose values are read step by step: with the mouse, a finger or the arrow keys.

import { lines, nearest, scale } from "../browser/scale.js";

const MARGIN = { top: 10, right: 16, bottom: 48, left: 52 }; // for the ticks and their captions
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -1e9, End: 1e9 };

// Draws into place, and again when its width changes.
//
// title: text. x, y: {ticks, label, caption}, the axes: values, the text of one, the axis's own.
// series: [{name, label, points, line, opacities}], name a class, points as [x, y] for each step
// or null, joined by a line or not. guide: two points that a dashed line joins. places: where on
// x the steps lie. told(step): {step, values}, texts for the step and for each series.
export function chart(place, { title, x, y, series, guide, places, told }) {
  place.classList.add("chart");
  place.innerHTML = `
    <h3>${title} <span class="step"></span></h3>
    <ul class="legend">${series
      .map(({ name, label }) => `<li class="${name}"><i></i> ${label} <b></b></li>`)
      .join("")}</ul>
    <div class="plot" role="slider" tabindex="0" aria-label="${title}" aria-valuemin="1"
      aria-valuemax="${places.length}"><svg aria-hidden="true"></svg></div>`;
  const find = (selector) => place.querySelector(selector);
  const plot = find(".plot");
  const svg = find("svg");
  const ends = (ticks) => [ticks[0], ticks.at(-1)];
  let across = null; // a value on x to pixels
  let chosen = places.length - 1;

  function draw() {
    const [width, height] = [plot.clientWidth, plot.clientHeight];
    if (!width) return;
    const { top, left } = MARGIN;
    const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
    across = scale(x.ends ?? ends(x.ticks), [left, right]);
    const down = scale(ends(y.ticks), [bottom, top]);
    const at = ([column, row]) => `${across(column).toFixed(1)},${down(row).toFixed(1)}`;
    const rule = (x1, y1, x2, y2, kind) =>
      `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="${kind}" />`;
    const text = (column, row, anchor, words) =>
      `<text x="${column}" y="${row}" text-anchor="${anchor}">${words}</text>`;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.innerHTML = [
      ...y.ticks.map((tick) => rule(left, down(tick), right, down(tick), "grid")),
      ...y.ticks.map((tick) => text(left - 8, down(tick) + 5, "end", y.label(tick))),
      ...x.ticks.map((tick) => text(across(tick), bottom + 20, "middle", x.label(tick))),
      text((left + right) / 2, bottom + 42, "middle", x.caption),
      rule(0, top, 0, bottom, "marker"),
      guide ? `<polyline points="${guide.map(at).join(" ")}" class="guide" />` : "",
      ...series.map((one) => drawSeries(one, at, (point) => [across(point[0]), down(point[1])])),
    ].join("");
    choose(chosen);
  }

  function drawSeries({ name, points, line, opacities }, at, place) {
    const joined = line ? lines(points) : [];
    const dots = points.map((point, step) => {
      if (!point) return "";
      const [column, row] = place(point);
      return `<circle cx="${column}" cy="${row}" r="4" opacity="${opacities?.[step] ?? 1}" data-step="${step}" />`;
    });
    const path = joined.map((points) => `<polyline points="${points.map(at).join(" ")}" />`);
    return `<g class="${name}">${path.join("")}${dots.join("")}</g>`;
  }

  function choose(step) {
    chosen = Math.min(Math.max(step, 0), places.length - 1);
    const said = told(chosen);
    find(".step").textContent = said.step;
    place.querySelectorAll(".legend b").forEach((value, i) => (value.textContent = said.values[i]));
    for (const dot of svg.querySelectorAll("circle"))
      dot.classList.toggle("chosen", +dot.dataset.step === chosen);
    find(".marker")?.setAttribute("transform", `translate(${across(places[chosen])} 0)`);
    const values = series.map(({ label }, i) => `${label}: ${said.values[i]}`);
    plot.setAttribute("aria-valuenow", chosen + 1);
    plot.setAttribute("aria-valuetext", [said.step, ...values].join(", "));
  }

  function point(event) {
    if (across)
      choose(nearest(places.map(across), event.clientX - plot.getBoundingClientRect().left));
  }

  plot.addEventListener("pointermove", point);
  plot.addEventListener("pointerdown", point);
  plot.addEventListener("keydown", (event) => {
    if (!STEPS[event.key]) return;
    event.preventDefault();
    choose(chosen + STEPS[event.key]);
  });
  choose(chosen);
  new ResizeObserver(draw).observe(plot);
}
