// What the components ask of Python, answered out of files that were made at export. Each answer
// is undefined while the network is gone: components ask again.

import { encode } from "../../browser/bytes.js";

const IMAGE = 784; // grey bytes
const N_SAMPLES = 10;
const kept = {};

async function fetchOnce(name, read) {
  try {
    if (!kept[name]) {
      const answer = await fetch(new URL(`data/${name}`, FILES));
      if (answer.ok) kept[name] = await read(answer);
    }
  } catch {
    // Asked again.
  }
  return kept[name];
}

// {matrix, exhibits, samples, mistakes, cells}: the last three are places among the exhibits,
// samples the number of those at their beginning to choose from.
async function withExhibits(choose) {
  const [judged, images] = await Promise.all([
    fetchOnce("testset.json", (answer) => answer.json()),
    fetchOnce("testset.bin", readBytes),
  ]);
  if (!judged || !images) return undefined;
  const show = (place) => ({
    ...judged.exhibits[place],
    image: encode(images.subarray(IMAGE * place, IMAGE * (place + 1))),
  });
  return choose(judged, (places) => places.map(show));
}

const readBytes = async (answer) => new Uint8Array(await answer.arrayBuffer());

function chooseRandom(count, most) {
  const chosen = new Set();
  while (chosen.size < Math.min(count, most)) chosen.add(Math.floor(Math.random() * most));
  return [...chosen];
}

const samples = () => withExhibits((judged, show) => show(chooseRandom(N_SAMPLES, judged.samples)));

export const testset = {
  samples,
  overview: () =>
    withExhibits(({ matrix, mistakes, samples: most }, show) => ({
      matrix,
      mistakes: show(mistakes),
      samples: show(chooseRandom(N_SAMPLES, most)),
    })),
  cell: (truth, predicted) => withExhibits(({ cells }, show) => show(cells[truth][predicted])),
};

export const forms = { forms: () => fetchOnce("forms.json", (answer) => answer.json()) };
