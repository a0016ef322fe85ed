import { assert, assertEquals } from "@std/assert";
import { createParallelArena } from "../../src/kernels/parallel.ts";
import { Random } from "../../src/nn/prng.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { fit } from "../../src/train/fit.ts";
import type { Recipe } from "../../src/train/plan.ts";
import { createTrainer, initialize } from "../../src/train/trainer.ts";
import { allRows, patternExamples } from "../train/examples.ts";
import { twoHeads } from "../heads/specs.ts";

const RECIPE: Recipe = {
  epochs: 2,
  batchSize: 16,
  learningRate: 0.01,
  schedule: "cosine",
  labelSmoothing: 0.1,
  inputDropout: 0.1,
  cellDropout: 0.1,
  hiddenDropout: 0.2,
  mixup: 0.4,
  maxGradientNorm: 1,
  keep: "last",
  patience: 0,
  seed: 5,
};

for (const optimizer of ["adamw", "adam", "nesterov"]) {
  Deno.test(`any number of threads trains to the same bits (${optimizer})`, async () => {
    // The trunk is large enough to be shared out, the heads are not.
    const sizes = { inputs: 1033, hidden: [507, 518], heads: twoHeads(3, 11) };
    const examples = patternExamples(
      { inputs: 1033, domains: 3, items: 11 },
      1,
    );
    const run = async (threads: number) => {
      using trainer = await createTrainer(
        sizes,
        createOptimizer(optimizer),
        RECIPE.batchSize,
        threads,
      );
      initialize(trainer.network, RECIPE.seed);
      await fit(trainer, examples, allRows(examples.length), RECIPE, 0);
      return [trainer.network, ...trainer.state.slots].map(({ all }) =>
        all.slice()
      );
    };
    const one = await run(1);
    for (const threads of [2, 3, 5]) {
      assertEquals(await run(threads), one, `${threads} threads`);
    }
  });
}

Deno.test("a divided forward pass writes what one thread writes, for every number of panels", async () => {
  for (const panels of [1, 2, 3, 7]) {
    const inputs = Math.ceil(5e6 / (5 * panels * 8));
    const outputs: Float32Array[] = [];
    for (const threads of [1, 4]) {
      using arena = await createParallelArena(threads, (allocate) => ({
        x: allocate.floats(5 * inputs),
        w: allocate.floats(panels * inputs * 8),
        b: allocate.floats(panels * 8),
        y: allocate.floats(5 * panels * 8),
      }));
      const { kernels, views: { x, w, b, y } } = arena;
      const random = Random.fromSeed(panels);
      for (const block of [x, w, b]) {
        block.forEach((_, i) => block[i] = random.uniform() - 0.5);
      }
      y.fill(NaN);
      for (let call = 0; call < 20; call++) {
        kernels.linearForward({
          x: x.byteOffset,
          xStride: inputs,
          w: w.byteOffset,
          b: b.byteOffset,
          y: y.byteOffset,
          yStride: panels * 8,
          batch: 5,
          inputs,
          panels,
        });
      }
      outputs.push(y.slice());
    }
    assertEquals(outputs[1], outputs[0]);
    assertEquals(outputs[0]!.some(Number.isNaN), false);
  }
});

Deno.test("a program that closes its arena ends by itself", async () => {
  const module = new URL("../../src/kernels/parallel.ts", import.meta.url);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      `import { createParallelArena } from "${module}";
       const arena = await createParallelArena(3, (a) => a.floats(1));
       await new Promise((resolve) => setTimeout(resolve, 100)); // until they sleep
       arena[Symbol.dispose]();`,
    ],
    signal: AbortSignal.timeout(60_000),
  }).output();
  assert(success);
});
