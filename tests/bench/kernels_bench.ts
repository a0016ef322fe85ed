/**
 * What the first and largest layer of a network costs, one thread, at six shapes:
 * `deno bench --allow-read tests/bench/kernels_bench.ts`. GFLOP/s are
 * 2·batch·inputs·outputs, which each name carries, over the time.
 *
 * @module
 */

import { createArena } from "../../src/kernels/arena.ts";
import {
  packedLength,
  PANEL,
  panelCount,
  weightGradientScratch,
} from "../../src/kernels/panels.ts";
import { Random } from "../../src/nn/prng.ts";

/** Inputs, outputs, batch. */
const SHAPES = [
  [3072, 256, 32],
  [3072, 256, 8],
  [1764, 256, 32],
  [1764, 512, 64],
  [5748, 512, 64],
  [5748, 512, 8],
] as const;

/** stepSize, β₁, β₂, ε, 1/√(1 − β₂ᵗ). */
const ADAM = [1e-5, 0.9, 0.999, 1e-8, 1] as const;

for (const [inputs, outputs, batch] of SHAPES) {
  const panels = panelCount(outputs);
  const width = panels * PANEL;
  const { kernels, views } = await createArena((allocate) => ({
    x: allocate.floats(batch * inputs),
    w: allocate.floats(packedLength(outputs, inputs)),
    b: allocate.floats(width),
    y: allocate.floats(batch * width),
    g: allocate.floats(batch * width),
    dx: allocate.floats(batch * inputs),
    dw: allocate.floats(packedLength(outputs, inputs)),
    m: allocate.floats(packedLength(outputs, inputs)),
    v: allocate.floats(packedLength(outputs, inputs)),
    scratch: allocate.floats(weightGradientScratch(batch, inputs)),
  }));
  const random = Random.fromSeed(1);
  for (const block of [views.x, views.w, views.g]) {
    for (let i = 0; i < block.length; i++) block[i] = random.uniform() - 0.5;
  }
  const at = (name: keyof typeof views) => views[name].byteOffset;
  const group = `${inputs} → ${outputs}, batch ${batch}`;
  const work = `${(2e-6 * batch * inputs * outputs).toFixed(1)} MFLOP`;
  const forward = (rows: number) =>
    kernels.linearForward(
      at("x"),
      inputs,
      at("w"),
      at("b"),
      at("y"),
      width,
      rows,
      inputs,
      panels,
    );
  const product = [at("x"), inputs, at("g"), width] as const;
  const sizes = [batch, inputs, panels] as const;

  Deno.bench({
    name: `forward, ${work}`,
    group,
    baseline: true,
    fn: () => forward(batch),
  });

  Deno.bench({
    name: `gradient of the weights, ${work}`,
    group,
    fn: () =>
      kernels.linearWeightGradient(
        ...product,
        at("dw"),
        at("b"),
        ...sizes,
        at("scratch"),
      ),
  });

  Deno.bench({
    name: `the same with Adam in one pass, ${work}`,
    group,
    fn: () =>
      kernels.linearWeightGradientAdam(
        ...product,
        at("w"),
        at("m"),
        at("v"),
        ...sizes,
        at("scratch"),
        1,
        ...ADAM,
        0,
        0,
      ),
  });

  Deno.bench({
    name: "norm of the gradient, without it",
    group,
    fn: () =>
      void kernels.linearWeightGradientSumOfSquares(...product, ...sizes),
  });

  Deno.bench({
    name: `gradient of the inputs, ${work}`,
    group,
    fn: () =>
      kernels.linearInputGradient(
        at("g"),
        width,
        at("w"),
        at("dx"),
        inputs,
        ...sizes,
        0,
      ),
  });

  Deno.bench({
    name: `forward of one row, ${
      (4e-6 * packedLength(outputs, inputs)).toFixed(1)
    } MB of weights`,
    group,
    fn: () => forward(1),
  });
}
