import { assertEquals } from "@std/assert";
import {
  loadMoments,
  loadParameters,
  momentsFrom,
  parametersFrom,
} from "../../src/model/state.ts";
import { createOptimizer, OPTIMIZER_NAMES } from "../../src/optim/registry.ts";
import { fillBatch } from "../../src/train/batch.ts";
import { trainStep } from "../../src/train/step.ts";
import {
  createTrainer,
  initialize,
  type Trainer,
} from "../../src/train/trainer.ts";
import type { Examples } from "../../src/model/examples.ts";
import { allRows, fourHeadExamples, patternExamples } from "./examples.ts";

/** Two heads of one kind, and four of three kinds. */
const SETS = [
  patternExamples({ inputs: 19, domains: 3, items: 5 }, 4),
  fourHeadExamples(19, 4, { noise: 60 }),
];
const BATCH = 6;
const STEPS = 20;

function newTrainer(name: string, { heads }: Examples): Promise<Trainer> {
  return createTrainer(
    { inputs: 19, hidden: [11, 9], heads },
    createOptimizer(name, { weightDecay: 0.01 }),
    BATCH,
  );
}

/** Takes step number `step`, whose batch and learning rate depend on the number alone. */
function take(trainer: Trainer, examples: Examples, step: number): void {
  const rows = allRows(BATCH).map((b) => (step * 7 + b * 5) % examples.length);
  fillBatch(trainer, examples, rows, new Uint8Array(BATCH));
  trainStep(trainer, BATCH, {
    learningRate: 0.002 + 0.0001 * step,
    maxGradientNorm: 2,
  });
}

function bitsOf({ network, state, optimizer }: Trainer) {
  return {
    parameters: parametersFrom(network),
    moments: momentsFrom(state, optimizer.slots),
  };
}

const CASES = OPTIMIZER_NAMES.flatMap((name) =>
  SETS.map((examples) => ({ name, examples }))
);

for (const { name, examples } of CASES) {
  const title = `${name}, ${examples.heads.length} heads`;

  Deno.test(`${title}: saved, loaded and gone on after any of ${STEPS} steps is never stopped, in every bit of every later step`, async () => {
    const straight = await newTrainer(name, examples);
    initialize(straight.network, 3);
    const expected = [bitsOf(straight)];
    for (let step = 1; step <= STEPS; step++) {
      take(straight, examples, step);
      expected.push(bitsOf(straight));
    }
    const resumed = await newTrainer(name, examples);
    for (let stop = 0; stop < STEPS; stop++) {
      const saved = expected[stop]!;
      loadParameters(resumed.network, saved.parameters);
      loadMoments(resumed.state, resumed.optimizer.slots, saved.moments);
      for (let step = stop + 1; step <= STEPS; step++) {
        take(resumed, examples, step);
        assertEquals(bitsOf(resumed), expected[step], `${stop} to ${step}`);
      }
    }
  });

  Deno.test(`${title}: a run that loses its moments does not end in the same bits`, async () => {
    const [kept, lost] = [
      await newTrainer(name, examples),
      await newTrainer(name, examples),
    ];
    for (const trainer of [kept, lost]) {
      initialize(trainer.network, 3);
      for (let step = 1; step <= 5; step++) take(trainer, examples, step);
    }
    loadMoments(lost.state, lost.optimizer.slots, new Map());
    for (const trainer of [kept, lost]) take(trainer, examples, 6);
    const same = (a: Trainer, b: Trainer) =>
      a.network.all.every((value, i) => value === b.network.all[i]);
    // Plain gradient descent keeps no moments: it has nothing to lose.
    assertEquals(same(kept, lost), kept.optimizer.slots.length === 0);
  });
}
