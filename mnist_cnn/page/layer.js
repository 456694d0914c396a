// One layer of the network on show: all its maps side by side in one canvas, one of them
// enlarged, or its units in rows; painted anew, and never made anew, while the pen moves.

import { makeField } from "./field.js";
import { make } from "./pixels.js";

const GAP = 1; // pixels between two maps
const WIDE = 16; // maps in a row, or half as many on a narrow page
const NARROW = 8;
const UNITS = 32; // in a row
// What grew while a page is printed would be cut off.
export const narrow = matchMedia("screen and (max-width: 767px)");

// Shows a layer of network.js; choose(place, isPinned) is called with [row, column, channel], or
// [unit], where someone points at a number or settles on it. Returns {item, refresh, mark}: the
// list item; what paints it anew; what marks a place, or none.
export function showLayer(layer, arithmetic, choose) {
  const item = make("li", "layer");
  const text = make("p");
  text.append(make("b", "", layer.kind), make("span", "", describe(layer, arithmetic)));
  item.append(text);
  if (layer.kind === "Flatten") return { item, refresh() {}, mark() {} };
  const isMaps = layer.shape.length === 3;
  const parts = isMaps ? showMaps(layer, choose) : showUnits(layer, choose);
  item.append(...parts.nodes);
  return { item, refresh: parts.refresh, mark: parts.mark };
}

function describe({ kind, shape, kernel, bias }, arithmetic) {
  const [rows, columns, channels] = shape.length === 3 ? shape : [1, 1, shape[0]];
  const size = say(shape.length === 3 ? "inside.maps" : "inside.units", {
    rows,
    columns,
    channels,
  });
  if (kind === "MaxPooling2D") return `${size} · ${say("inside.pooling")}`;
  if (kind === "Flatten") return `${size} · ${say("inside.flatten")}`;
  const n = kernel.values.length + bias.values.length;
  return `${size} · ${grouped(arithmetic).replaceAll("x", "×")} = ${say("inside.parameters", { n })}`;
}

// ---- maps

function showMaps(layer, choose) {
  const [rows, columns, channels] = layer.shape;
  const field = makeField("maps", say("inside.field", { name: layer.kind }));
  const lens = makeField("lens", say("inside.lens", { name: layer.kind }));
  let across = WIDE;
  let marked = [0, 0, 0];
  let isMarked = false;

  const corner = (channel) => [
    Math.floor(channel / across) * (rows + GAP),
    (channel % across) * (columns + GAP),
  ];

  function refresh() {
    across = narrow.matches ? NARROW : WIDE;
    const grey = greyLevels(layer.output);
    const height = Math.ceil(channels / across) * (rows + GAP) - GAP;
    field.paint(height, across * (columns + GAP) - GAP, (put) => {
      for (let channel = 0; channel < channels; channel++) {
        const [top, left] = corner(channel);
        for (let row = 0, at = channel; row < rows; row++)
          for (let column = 0; column < columns; column++, at += channels)
            put(top + row, left + column, grey(at));
      }
    });
    if (!isMarked) marked = [0, 0, strongest(layer)];
    enlarge(grey);
  }

  function enlarge(grey) {
    lens.paint(rows, columns, (put) => {
      for (let row = 0, at = marked[2]; row < rows; row++)
        for (let column = 0; column < columns; column++, at += channels) put(row, column, grey(at));
    });
    const [top, left] = corner(marked[2]);
    field.frame("chosen", top, left, rows, columns);
    field.frame("pixel", top + marked[0], left + marked[1], isMarked ? 1 : 0, 1);
    lens.frame("pixel", marked[0], marked[1], isMarked ? 1 : 0, 1);
  }

  function mark(place) {
    isMarked = Boolean(place);
    if (place) marked = place;
    enlarge(greyLevels(layer.output));
  }

  const placeIn = ([y, x]) => {
    const [row, column] = [y % (rows + GAP), x % (columns + GAP)];
    const channel = Math.floor(y / (rows + GAP)) * across + Math.floor(x / (columns + GAP));
    return row < rows && column < columns && channel < channels ? [row, column, channel] : null;
  };
  field.listen(placeIn, choose);
  lens.listen(([y, x]) => [y, x, marked[2]], choose);
  // Over the border of a map to the one beside it.
  field.walk(([down, right]) => {
    const [top, left] = corner(marked[2]);
    const step = ([y, x]) => [
      y + down * (placeIn([y + down, x]) ? 1 : 1 + GAP),
      x + right * (placeIn([y, x + right]) ? 1 : 1 + GAP),
    ];
    return placeIn(step([top + marked[0], left + marked[1]]));
  }, choose);
  lens.walk(([down, right]) => {
    const [row, column] = [marked[0] + down, marked[1] + right];
    const isInside = row >= 0 && row < rows && column >= 0 && column < columns;
    return isInside ? [row, column, marked[2]] : null;
  }, choose);
  return { nodes: [lens.node, field.node], refresh, mark };
}

function strongest({ output, shape: [, , channels] }) {
  const sums = new Float64Array(channels);
  output.forEach((value, i) => (sums[i % channels] += value));
  return sums.indexOf(Math.max(...sums));
}

// A function from an index to the grey level of an output, the strongest being white.
function greyLevels(output) {
  const most = output.reduce((a, b) => Math.max(a, b), 1e-6);
  return (at) => (output[at] / most) * 255;
}

// ---- units

function showUnits(layer, choose) {
  const [count] = layer.shape;
  const across = Math.min(UNITS, count);
  const field = makeField(
    count > UNITS ? "units" : "units digits",
    say("inside.field", { name: layer.kind }),
  );
  let marked = 0;
  const placeOf = ([y, x]) => [y * across + x];

  function refresh() {
    const grey = greyLevels(layer.output);
    field.paint(Math.ceil(count / across), across, (put) => {
      for (let unit = 0; unit < count; unit++)
        put(Math.floor(unit / across), unit % across, grey(unit));
    });
  }

  function mark(place) {
    if (place) [marked] = place;
    field.frame("pixel", Math.floor(marked / across), marked % across, place ? 1 : 0, 1);
  }

  field.listen(placeOf, choose);
  field.walk(([down, right]) => {
    const unit = marked + down * across + right;
    return unit >= 0 && unit < count ? [unit] : null;
  }, choose);
  return { nodes: [field.node], refresh, mark };
}
