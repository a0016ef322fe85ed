/** What one correction costs beside one prediction. @module */

import { pick } from "../../../src/correction/heads.ts";
import { MEMORY_CAPACITY } from "../../../src/correction/memory.ts";
import { median } from "../figures.ts";
import type { Figures } from "./streams.ts";
import { answered, indices, type Subject } from "./subject.ts";

const ROUNDS = 120;

/**
 * Times corrections of wrong images with a full memory, and predictions of a
 * photograph from its bytes, in turn; the ratio is the median over all pairs.
 */
export async function costOf(subject: Subject): Promise<Figures> {
  const { corrector, test } = subject;
  let tuned = subject.start;
  const all = indices(test.count);
  for (let i = 0; i < MEMORY_CAPACITY; i += 32) {
    const request = pick(test, all.slice(i, i + 32));
    tuned = corrector.correct(tuned, request, { seed: i, trusted: true });
  }
  const wrong = answered(subject, false).filter((i) => i >= MEMORY_CAPACITY);
  const ratios: number[] = [];
  let updates = 0;
  for (let round = -ROUNDS; round < ROUNDS; round++) {
    const example = pick(test, [wrong[(round + ROUNDS) % wrong.length]!]);
    const start = performance.now();
    await subject.predict();
    const middle = performance.now();
    const next = corrector.correct(tuned, example, { seed: round });
    const end = performance.now();
    // What comes before round 0 is for the compiler.
    if (round < 0) continue;
    updates += next.updates;
    ratios.push((end - middle) / (middle - start));
  }
  return {
    "its time ÷ that of a prediction": median(ratios),
    "updates": updates / ROUNDS,
  };
}
