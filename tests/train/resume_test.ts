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
import { allRows, patternExamples } from "./examples.ts";

const SIZES = { inputs: 19, hidden: [11, 9], domains: 3, items: 5 };
const EXAMPLES = patternExamples(SIZES, 4);
const BATCH = 6;
const STEPS = 20;

function newTrainer(name: string): Promise<Trainer> {
  return createTrainer(
    SIZES,
    createOptimizer(name, { weightDecay: 0.01 }),
    BATCH,
  );
}

/** Takes step number `step`, whose batch and learning rate depend on the number alone. */
function take(trainer: Trainer, step: number): void {
  const rows = allRows(BATCH).map((b) => (step * 7 + b * 5) % EXAMPLES.length);
  fillBatch(trainer, EXAMPLES, rows, new Uint8Array(BATCH));
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

for (const name of OPTIMIZER_NAMES) {
  Deno.test(`${name}: saved, loaded and gone on after any of ${STEPS} steps is never stopped, in every bit of every later step`, async () => {
    const straight = await newTrainer(name);
    initialize(straight.network, 3);
    const expected = [bitsOf(straight)];
    for (let step = 1; step <= STEPS; step++) {
      take(straight, step);
      expected.push(bitsOf(straight));
    }
    const resumed = await newTrainer(name);
    for (let stop = 0; stop < STEPS; stop++) {
      const saved = expected[stop]!;
      loadParameters(resumed.network, saved.parameters);
      loadMoments(resumed.state, resumed.optimizer.slots, saved.moments);
      for (let step = stop + 1; step <= STEPS; step++) {
        take(resumed, step);
        assertEquals(bitsOf(resumed), expected[step], `${stop} to ${step}`);
      }
    }
  });

  Deno.test(`${name}: a run that loses its moments does not end in the same bits`, async () => {
    const [kept, lost] = [await newTrainer(name), await newTrainer(name)];
    for (const trainer of [kept, lost]) {
      initialize(trainer.network, 3);
      for (let step = 1; step <= 5; step++) take(trainer, step);
    }
    loadMoments(lost.state, lost.optimizer.slots, new Map());
    for (const trainer of [kept, lost]) take(trainer, 6);
    const same = (a: Trainer, b: Trainer) =>
      a.network.all.every((value, i) => value === b.network.all[i]);
    // Plain gradient descent keeps no moments: it has nothing to lose.
    assertEquals(same(kept, lost), kept.optimizer.slots.length === 0);
  });
}
