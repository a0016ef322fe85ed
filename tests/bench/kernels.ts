/** What the first and largest layer of a network costs, on one thread. @module */

import { createArena } from "../../src/kernels/arena.ts";
import {
  packedLength,
  PANEL,
  panelCount,
  weightGradientScratch,
} from "../../src/kernels/panels.ts";
import { Random } from "../../src/nn/prng.ts";
import type { Figure } from "./figures.ts";
import { SHAPES } from "./shapes.ts";
import { timeOf } from "./timing.ts";

/** The factors of some step. */
const ADAM = {
  gradientScale: 1,
  stepSize: 1e-5,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  inverseSqrtBiasCorrection2: 1,
  l2: 0,
  decay: 0,
};

/** Times the kernels of a linear layer at the shapes of the peers. */
export async function* kernels(): AsyncGenerator<Figure> {
  for (const { inputs, hidden: [outputs], batch } of SHAPES) {
    yield* layer(inputs, outputs!, batch);
  }
}

async function* layer(
  inputs: number,
  outputs: number,
  batch: number,
): AsyncGenerator<Figure> {
  const name = `${inputs} → ${outputs}, batch ${batch}`;
  const calls = await layerCalls(inputs, outputs, batch);
  const work = 2e-6 * batch * inputs * outputs;
  for (const [what, call] of Object.entries(calls.products)) {
    const time = await timeOf(call);
    yield {
      bench: "kernels",
      name: `${what}, ${name}`,
      value: work / time,
      unit: "GFLOP/s",
    };
  }
  const figure = { bench: "kernels", unit: "ms" } as const;
  yield {
    ...figure,
    name: `norm of the gradient without it, ${name}`,
    value: await timeOf(calls.norm),
  };
  yield {
    ...figure,
    name: `forward of one row, ${inputs} → ${outputs}`,
    value: await timeOf(calls.forwardOne),
  };
  for (const [rows, name] of [[1, "one row"], [2, "two rows"]] as const) {
    yield {
      ...figure,
      name: `forward of ${name} in bytes, ${inputs} → ${outputs}`,
      value: await timeOf(() => calls.forwardInBytes(rows)),
    };
  }
}

/** The calls on one layer, on random numbers. */
async function layerCalls(inputs: number, outputs: number, batch: number) {
  const panels = panelCount(outputs);
  const width = panels * PANEL;
  const length = packedLength(outputs, inputs);
  const paddedInputs = Math.ceil(inputs / 16) * 16;
  const { kernels, views } = await createArena((allocate) => ({
    x: allocate.floats(batch * inputs),
    w: allocate.floats(length),
    b: allocate.floats(width),
    y: allocate.floats(batch * width),
    g: allocate.floats(batch * width),
    dx: allocate.floats(batch * inputs),
    dw: allocate.floats(length),
    m: allocate.floats(length),
    v: allocate.floats(length),
    centered: allocate.bytes(2 * 2 * paddedInputs),
    bytes: allocate.bytes(outputs * inputs + 16),
    scratch: allocate.floats(weightGradientScratch(batch)),
  }));
  const random = Random.fromSeed(1);
  for (const block of [views.x, views.w, views.g]) {
    for (let i = 0; i < block.length; i++) block[i] = random.uniform() - 0.5;
  }
  // As behind a rectifier.
  for (let i = 0; i < views.g.length; i++) {
    if (random.uniform() < 0.5) views.g[i] = 0;
  }
  for (const block of [views.centered, views.bytes]) {
    for (let i = 0; i < block.length; i++) block[i] = random.below(256);
  }
  const at = (name: keyof typeof views) => views[name].byteOffset;
  const [x, w, b, y, g] = [at("x"), at("w"), at("b"), at("y"), at("g")];
  const [dx, dw, m, v, scratch] = [
    at("dx"),
    at("dw"),
    at("m"),
    at("v"),
    at("scratch"),
  ];
  const forward = (batch: number) =>
    kernels.linearForward({
      x,
      xStride: inputs,
      w,
      b,
      y,
      yStride: width,
      batch,
      inputs,
      panels,
    });
  const product = { x, xStride: inputs, g, gStride: width };
  const sizes = { batch, inputs, panels };
  return {
    products: {
      "forward": () => forward(batch),
      "gradient of the weights": () =>
        kernels.linearWeightGradient({
          ...product,
          dw,
          db: b,
          ...sizes,
          scratch,
        }),
      "gradient of the weights and Adam in one pass": () =>
        kernels.linearWeightGradientAdam({
          ...product,
          w,
          m,
          v,
          ...sizes,
          scratch,
          ...ADAM,
        }),
      "gradient of the inputs": () =>
        kernels.linearInputGradient({
          g,
          gStride: width,
          w,
          dx,
          dxStride: inputs,
          ...sizes,
          accumulate: 0,
        }),
    },
    norm: () =>
      void kernels.linearWeightGradientSumOfSquares(
        x,
        inputs,
        g,
        width,
        batch,
        inputs,
        panels,
      ),
    forwardOne: () => forward(1),
    forwardInBytes: (rows: number) =>
      kernels.linearBytes(
        at("centered"),
        paddedInputs,
        at("bytes"),
        inputs,
        b,
        y,
        width,
        rows,
        outputs,
        inputs,
        1,
      ),
  };
}
