// Made-up weights and images for the tests of the network.

// Numbers in [-1, 1), always the same ones.
export function random(count, seed = 1) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const SHAPES = [
  [3, 3, 1, 16],
  [3, 3, 16, 32],
  [1568, 128],
  [128, 10],
];
export const weights = SHAPES.map((shape, k) => {
  const size = shape.reduce((a, b) => a * b);
  const inputs = size / shape.at(-1);
  const values = random(size, k + 1).map((value) => value * Math.sqrt(3 / inputs));
  const bias = random(shape.at(-1), k + 10).map((value) => value / 10);
  return { kernel: { shape, values }, bias: { shape: [shape.at(-1)], values: bias } };
});

// A stroke from top to bottom, three pixels wide, of all strengths.
export function stroke(column = 12) {
  const tensor = new Float32Array(784);
  const levels = random(60);
  for (let i = 0; i < 60; i++)
    tensor[(4 + Math.floor(i / 3)) * 28 + column + (i % 3)] = Math.abs(levels[i]);
  return tensor;
}
