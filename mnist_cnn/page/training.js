// The curves of a training run, and how reliable its network is. All that they show comes with
// the page.

import { counts, opacity, ticks } from "../browser/scale.js";
import { chart } from "./chart.js";

const PARTS = ["training", "validation"];
const SETS = ["test", "drawings"];
const TENTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

const percents = (share, places = 0) => `${(share * 100).toFixed(places)}\u00a0%`;

// How each metric is written, and the values that its axis has to hold at least.
const METRICS = {
  loss: { value: (loss) => loss.toFixed(4), label: String, least: 0, most: -Infinity },
  accuracy: {
    value: (share) => percents(share, 2),
    label: (share) => `${+(share * 100).toFixed(2)}\u00a0%`,
    least: Infinity,
    most: 1,
  },
};

function drawCurve(place, curves) {
  const metric = place.dataset.curve;
  const { value, label, least, most } = METRICS[metric];
  const values = PARTS.flatMap((part) => curves[metric][part]).filter((one) => one !== null);
  const epochs = curves[metric].training.map((_, i) => i + 1);
  chart(place, {
    title: say(`training.${metric}`),
    x: {
      ticks: counts(epochs.length, 6),
      ends: [1, epochs.length],
      label: String,
      caption: say("training.epoch"),
    },
    y: { ticks: ticks(Math.min(least, ...values), Math.max(most, ...values), 5), label },
    series: PARTS.map((part) => ({
      name: part,
      label: say(`training.${part}`),
      points: curves[metric][part].map((one, i) => (one === null ? null : [i + 1, one])),
      line: true,
    })),
    places: epochs,
    told: (step) => ({
      step: say("training.step", { epoch: step + 1 }),
      values: PARTS.map((part) => {
        const one = curves[metric][part][step];
        return one === null ? "–" : value(one);
      }),
    }),
  });
}

function drawReliability(place, reliability) {
  const sets = SETS.map((name) => reliability[name]);
  const bins = sets[0].share.map((_, i, all) => (i + 0.5) / all.length);
  const told = ({ accuracy, share, images }, bin) => {
    const count = Math.round(share[bin] * images);
    const right = Math.round(accuracy[bin] * count);
    return count ? say("training.reliability.right", { count, right }) : "–";
  };
  chart(place, {
    title: say("training.reliability.accuracy"),
    x: { ticks: TENTHS, label: (share) => percents(share), caption: say("training.confidence") },
    y: { ticks: TENTHS, label: (share) => percents(share) },
    guide: [
      [0, 0],
      [1, 1],
    ],
    series: SETS.map((name, i) => ({
      name,
      label: say(`training.reliability.${name}`),
      points: sets[i].accuracy.map((accuracy, bin) =>
        accuracy === null ? null : [sets[i].confidence[bin], accuracy],
      ),
      opacities: sets[i].share.map(opacity),
    })),
    places: bins,
    told: (bin) => ({
      step: say("training.reliability.step", {
        low: Math.round((bin / bins.length) * 100),
        high: Math.round(((bin + 1) / bins.length) * 100),
      }),
      values: sets.map((set) => told(set, bin)),
    }),
  });
}

export default function training({ element, props }) {
  const { curves, metrics } = props;
  for (const place of element.querySelectorAll("[data-curve]")) drawCurve(place, curves);
  const place = element.querySelector(".reliability");
  if (place) drawReliability(place, metrics.reliability);
}
