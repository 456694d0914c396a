// Small things that several components need: elements, pictures of numbers, places on them.

// An element with a class and a text.
export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

// Paints a canvas of rows x columns pixels, color giving [red, green, blue, alpha] by index.
export function paint(canvas, rows, columns, color) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const picture = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) picture.data.set(color(i), 4 * i);
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

// The colors of grey levels, for paint.
export const greyOf = (levels) => (i) => [levels[i], levels[i], levels[i], 255];

// Where on a canvas an event is: [across, down], as shares of its sides.
export function placeOn(canvas, { clientX, clientY }) {
  const box = canvas.getBoundingClientRect();
  return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
}
