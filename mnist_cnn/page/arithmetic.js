// The arithmetic of one number, laid out so that it can be followed with a pencil.

import { explain } from "../browser/arithmetic.js";
import { make } from "./pixels.js";

const number = (value) => value.toFixed(3).replace("-", "\u2212");
const signed = (value) => `${value < 0 ? "\u2212" : "+"}\u00a0${number(Math.abs(value))}`;

// Describes how the number at a place of a layer came about: an element.
export function describeSum(reader, index, place) {
  const layer = reader.model.layers[index];
  const sum = explain(reader.model, reader.tensor, index, place);
  const box = make("div", `arithmetic ${sum.kind}`);
  const where = sum.kind === "share" ? say("sum.digit", { digit: place[0] }) : name(place);
  const title = make("h3", "", `${layer.kind}, ${where}: ${number(sum.output)}`);
  title.dataset.value = sum.output;
  box.append(title, ...LAYOUTS[sum.kind](sum, place));
  return box;
}

const name = (place) =>
  place.length === 1
    ? say("sum.unit", { unit: place[0] + 1 })
    : say("sum.place", { row: place[0] + 1, column: place[1] + 1, map: place[2] + 1 });

const LAYOUTS = {
  convolution: ({ channels, sum, bias, total, output }) => [
    showTotal({ sum, bias, total, output }),
    make("p", "help", say(channels.length > 1 ? "sum.channels" : "sum.channel")),
    list("channels", channels.map(showChannel)),
  ],
  pooling: ({ values }) => [
    make("p", "help", say("sum.pooling")),
    grid(values, (value) => `--share: ${value / Math.max(1e-6, ...values.flat())}`),
  ],
  unit: (sum) => [
    showTotal(sum),
    make("p", "help", say("sum.contributions")),
    list("contributions", showContributions(sum)),
  ],
  share: (sum, [digit]) => [
    showTotal({ ...sum, output: null }),
    make("p", "help", say("sum.contributions")),
    list("contributions", showContributions(sum)),
    make("p", "help", say("sum.shares")),
    showShares(sum, digit),
  ],
};

function showChannel({ channel, patch, kernel, sum }) {
  const strongest = Math.max(1e-6, ...patch.flat());
  const heaviest = Math.max(1e-6, ...kernel.flat().map(Math.abs));
  const item = make("li");
  item.append(
    make("b", "", say("sum.map", { map: channel + 1 })),
    grid(patch, (value) => `--share: ${value / strongest}`),
    make("span", "", "×"),
    grid(kernel, (weight) => `--share: ${Math.abs(weight) / heaviest}`, "weights"),
    valued("span", "product", sum, `= ${number(sum)}`),
  );
  return item;
}

function grid(values, style, className = "") {
  const table = make("table", className);
  const rows = values.map((line) => {
    const row = make("tr");
    for (const value of line) {
      const cell = valued("td", value < 0 ? "negative" : "", value, number(value));
      cell.style.cssText = style(value);
      row.append(cell);
    }
    return row;
  });
  table.append(...rows);
  return table;
}

function showContributions({ contributions, rest }) {
  const items = contributions.map(({ place, value, weight, product }) => {
    const item = make("li");
    item.append(
      make("b", "", name(place)),
      make("span", "", `${number(value)} × ${number(weight)}`),
      valued("span", "product", product, `= ${number(product)}`),
    );
    return item;
  });
  if (!rest.count) return items;
  const others = make("li");
  others.append(
    make("b", "", say("sum.rest", rest)),
    make("span"),
    valued("span", "product", rest.sum, `= ${number(rest.sum)}`),
  );
  return [...items, others];
}

// Together, and the bias; then what the relu leaves of it.
function showTotal({ sum, bias, total, output }) {
  const line = make("p", "total");
  line.append(
    make("span", "", say("sum.together")),
    valued("b", "sum-of-all", sum, number(sum)),
    make("span", "", say("sum.bias")),
    valued("b", "bias", bias, signed(bias)),
    valued("b", "sum-and-bias", total, `= ${number(total)}`),
  );
  if (output !== null)
    line.append(make("span", "", "relu →"), valued("b", "output", output, number(output)));
  return line;
}

function showShares({ digits, exponentials }, digit) {
  const table = make("table", "shares");
  const line = (tag, ...cells) => {
    const row = make("tr");
    row.append(...cells.map((text) => make(tag, "", text)));
    return row;
  };
  table.append(
    line("th", "", ...["logit", "exponential", "share"].map((key) => say(`sum.${key}`))),
  );
  digits.forEach(({ logit, exponential, share }, d) => {
    const row = make("tr", d === digit ? "chosen" : "");
    row.append(
      make("td", "", d),
      valued("td", "", logit, number(logit)),
      valued("td", "", exponential, exponential.toPrecision(4)),
      valued("td", "", share, percent(share)),
    );
    table.append(row);
  });
  table.append(line("td", "Σ", "", exponentials.toPrecision(4), ""));
  return table;
}

function list(className, items) {
  const node = make("ol", className);
  node.append(...items);
  return node;
}

function valued(tag, className, value, text) {
  const node = make(tag, className, text);
  node.dataset.value = value;
  return node;
}
