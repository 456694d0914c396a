// A canvas of numbers that can be pointed at, by mouse, finger and arrow keys.

import { ARROWS } from "../browser/arrows.js";
import { make } from "./pixels.js";

// Makes one: {node, paint, frame, listen, walk}, told of below.
export function makeField(className, label) {
  const node = make("div", `field ${className}`);
  const canvas = make("canvas");
  const frames = { chosen: make("i", "chosen"), pixel: make("i", "pixel") };
  frames.chosen.hidden = frames.pixel.hidden = true;
  node.append(canvas, frames.chosen, frames.pixel);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  let picture = null;

  // draw is given put(row, column, grey).
  function paint(rows, columns, draw) {
    if (picture?.width !== columns || picture.height !== rows) {
      [canvas.width, canvas.height] = [columns, rows];
      picture = new ImageData(columns, rows);
    }
    const { data } = picture;
    draw((row, column, grey) => {
      const at = 4 * (row * columns + column);
      data[at] = data[at + 1] = data[at + 2] = grey;
      data[at + 3] = 255;
    });
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  // Frames pixels; none when there are no rows of them.
  function frame(name, row, column, rows, columns) {
    const share = (value, whole) => `${(value / whole) * 100}%`;
    frames[name].hidden = !rows;
    Object.assign(frames[name].style, {
      top: share(row, canvas.height),
      left: share(column, canvas.width),
      height: share(rows, canvas.height),
      width: share(columns, canvas.width),
    });
  }

  function pixel({ offsetX, offsetY }) {
    const at = (offset, length, count) =>
      Math.min(count - 1, Math.max(0, Math.floor((offset / length) * count)));
    return [
      at(offsetY, canvas.clientHeight, canvas.height),
      at(offsetX, canvas.clientWidth, canvas.width),
    ];
  }

  // Calls choose(place, isPinned) where a mouse points, and, to settle there, where it clicks or a
  // finger taps; placeIn makes a place of [row, column], or null.
  function listen(placeIn, choose) {
    const point = (isPinned) => (event) => {
      const place = placeIn(pixel(event));
      if (place) choose(place, isPinned);
    };
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") point(false)(event);
    });
    canvas.addEventListener("click", point(true));
  }

  // The same for arrow keys; step makes a place of [rows down, columns right], or null.
  function walk(step, choose) {
    canvas.addEventListener("keydown", (event) => {
      const place = ARROWS[event.key] && step(ARROWS[event.key]);
      if (ARROWS[event.key]) event.preventDefault();
      if (place) choose(place, true);
    });
  }

  return { node, paint, frame, listen, walk };
}
