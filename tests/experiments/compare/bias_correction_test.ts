import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
} from "@std/assert";
import {
  paperBound,
  strictBound,
  watched,
} from "../../../src/experiments/compare/adam_steps.ts";
import {
  BETA1,
  compareBiasCorrection,
  finalLoss,
  uncorrectedAdam,
} from "../../../src/experiments/compare/bias_correction.ts";
import { createArena } from "../../../src/kernels/arena.ts";
import { adam } from "../../../src/optim/adam.ts";
import type { Optimizer } from "../../../src/optim/optimizer.ts";
import { fourHeadExamples } from "../../train/examples.ts";
import { materialOf } from "./material.ts";

/** Δθ / η of one parameter under these gradients. */
async function stepsUnder(
  gradients: readonly number[],
  optimizer: Optimizer,
): Promise<number[]> {
  const { kernels, views } = await createArena((allocate) => ({
    parameter: allocate.floats(1),
    gradient: allocate.floats(1),
    moments: optimizer.slots.map(() => allocate.floats(1)),
  }));
  return gradients.map((gradient, n) => {
    views.parameter[0] = 0;
    views.gradient[0] = gradient;
    const step = { step: n + 1, learningRate: 0.01, decay: true };
    optimizer.update(kernels, { ...views, ...step });
    return -views.parameter[0]! / 0.01;
  });
}

Deno.test("the first step of Adam is √(1 − β₂)/(1 − β₁) times too long without bias correction", async () => {
  for (const beta2 of [0.99, 0.999, 0.9999]) {
    const [corrected] = await stepsUnder([0.5], adam({ beta2 }));
    assertAlmostEquals(corrected!, 1, 1e-4);
    const [uncorrected] = await stepsUnder([0.5], uncorrectedAdam(beta2));
    assertAlmostEquals(uncorrected!, 0.1 / Math.sqrt(1 - beta2), 1e-3);
  }
});

Deno.test("a gradient after zeros takes the step of the paper's bound", async () => {
  const zeros = Array<number>(20_000).fill(0);
  for (const beta2 of [0.999, 0.9999]) {
    const steps = await stepsUnder([...zeros, 1], adam({ beta2 }));
    const last = steps.at(-1)! / Math.sqrt(1 - beta2 ** steps.length);
    assertAlmostEquals(last, paperBound(0.9, beta2), 1e-3);
  }
  assertEquals(paperBound(0.9, 0.9), 1);
});

Deno.test("gradients that grow by β₂/β₁ come near the strict bound, and none passes it", async () => {
  const beta2 = 0.99;
  const bound = strictBound(BETA1, beta2);
  const growing = Array.from({ length: 150 }, (_, n) => 1e-6 * 1.1 ** n);
  const steps = await stepsUnder(growing, uncorrectedAdam(beta2));
  assertLess(Math.max(...steps), bound * 1.0001);
  assertGreater(Math.max(...steps), bound * 0.99);
  assertGreater(Math.max(...steps), paperBound(BETA1, beta2));
});

Deno.test("a watched optimizer steps as the plain one, and its trace is that of its steps", async () => {
  const gradients = [1, -2, 0, 0.5, 3];
  const { optimizer, trace } = watched(adam());
  const steps = await stepsUnder(gradients, optimizer);
  assertEquals(steps, await stepsUnder(gradients, adam()));
  steps.forEach((step, n) => {
    assertAlmostEquals(trace.largest[n]!, Math.abs(step), 1e-6);
    // One parameter alone: its root mean square is its size.
    assertAlmostEquals(trace.signal[n]!, Math.abs(step), 1e-6);
  });
});

Deno.test("trainings with heads of three kinds keep to the strict bound, and learn with the correction", async () => {
  const material = materialOf(fourHeadExamples(16, 60, { noise: 60 }));
  const results = await compareBiasCorrection(material, [8], 0, () => {});
  for (const { beta2, runs } of results) {
    for (const { corrected, uncorrected } of runs) {
      for (const { losses, steps } of [corrected, uncorrected]) {
        assertEquals(steps.largest.length, losses.length);
        const largest = Math.max(...steps.largest);
        assertLess(largest, strictBound(BETA1, beta2) * 1.001);
        assert(steps.signal.every((signal, n) => signal <= steps.largest[n]!));
      }
      assertAlmostEquals(corrected.steps.signal[0]!, 1, 1e-2);
    }
    const { losses } = runs.at(-1)!.corrected;
    assertLess(losses.at(-1)!, losses[0]!);
  }
});

Deno.test("the final loss is the mean of the last twenty, and none of a run that stopped", () => {
  const losses = Array.from({ length: 30 }, (_, t) => t);
  assertEquals(finalLoss(losses, 30), 19.5);
  assertEquals(finalLoss(losses, 31), undefined);
});
