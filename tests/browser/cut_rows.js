// node cut_rows.js ROWS CUTS: cuts rows of pieces, [boxes, top probabilities], as the pad does.

import { readFileSync, writeFileSync } from "node:fs";
import { bestGroups } from "../../mnist_cnn/browser/number.js";

const [rows, cuts] = process.argv.slice(2);
const cut = ([boxes, tops]) => {
  const pieces = boxes.map((box, at) => ({ at, box, stroke: { width: 0 } }));
  const answerTo = (group) => ({ probabilities: [tops[group[0].at][group.length - 1]] });
  return bestGroups(pieces, answerTo).map((group) => [group[0].at, group.at(-1).at + 1]);
};
writeFileSync(cuts, JSON.stringify(JSON.parse(readFileSync(rows, "utf8")).map(cut)));
