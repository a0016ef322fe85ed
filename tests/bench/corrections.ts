/** What corrections do to a model, on photographs that it has not seen. @module */

import { costOf } from "./corrections/cost.ts";
import { type FoldOptions, openFolds } from "./corrections/folds.ts";
import { newClasses, unknowns } from "./corrections/novel.ts";
import { fewShots } from "./corrections/shots.ts";
import {
  type Figures,
  type Lie,
  newLook,
  poison,
  singles,
} from "./corrections/streams.ts";
import { type Subject, subjectOf } from "./corrections/subject.ts";
import type { Figure } from "./figures.ts";
import type { Request } from "./subject.ts";

const SEEDS = [0, 1, 2];
/** Models that know only some classes differ more: by which these are. */
const NOVEL_SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8];
/** Orders of a stream for each model. */
const ORDERS = 4;
const LIES: readonly Lie[] = [
  "random",
  "always one class",
  "runner-up",
  "another head",
];

/** Runs every stream on every model; the error is the standard error of the mean over all. */
export async function* corrections(
  { data, note }: Request,
): AsyncGenerator<Figure> {
  if (data === undefined) {
    note("Corrections are measured with --data FOLDER only.");
    return;
  }
  const options = { data, seeds: SEEDS, note };
  const subjects = await subjectsOf({ ...options, novel: false });
  yield* summaryOf(
    "a correction, the memory full",
    await each(subjects, costOf),
  );
  const stream = (
    name: string,
    run: (subject: Subject, seed: number) => Figures,
  ) =>
    summaryOf(
      name,
      subjects.flatMap((subject) =>
        Array.from({ length: ORDERS }, (_, seed) => run(subject, seed))
      ),
    );
  yield* stream("40 single corrections", singles);
  yield* stream("a new look of 6 items, 40 × 8", newLook);
  for (const size of [1, 8]) {
    for (const lie of LIES) {
      yield* stream(
        `wrong labels, ${lie}, 40 × ${size}`,
        (subject, seed) => poison(subject, seed, lie, size),
      );
    }
  }
  const shown = await Promise.all(
    subjects.flatMap((subject) =>
      Array.from({ length: ORDERS }, (_, seed) => fewShots(subject, 3, seed))
    ),
  );
  yield* summaryOf("3 images of every item in a new look", shown);
  const novel = await subjectsOf({
    ...options,
    seeds: NOVEL_SEEDS,
    novel: true,
  });
  for (const shots of [5, 10]) {
    const runs = await each(novel, (subject) => newClasses(subject, shots));
    yield* summaryOf(`a new class from ${shots} images`, runs);
  }
  yield* summaryOf("6 items left out", await each(novel, unknowns));
}

async function subjectsOf(options: FoldOptions): Promise<Subject[]> {
  return await Promise.all((await openFolds(options)).map(subjectOf));
}

/** Runs on one subject after the other. */
async function each(
  subjects: readonly Subject[],
  run: (subject: Subject) => Promise<Figures>,
): Promise<Figures[]> {
  const figures: Figures[] = [];
  for (const subject of subjects) figures.push(await run(subject));
  return figures;
}

/** The mean of each figure over runs, with its standard error. */
function summaryOf(name: string, runs: readonly Figures[]): Figure[] {
  return Object.keys(runs[0]!).map((key) => {
    const values = runs.map((run) => run[key]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      bench: "corrections",
      name: `${name}: ${key}`,
      value: mean,
      error: Math.sqrt(squares / (values.length - 1) / values.length),
      unit: key.startsWith("its time") || key === "updates" ? "×" : "%",
    };
  });
}
