/** `deno task train`: trains a model from labelled images, or from the built-in sketches. @module */

import { basename } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { CapacityError } from "../errors.ts";
import { descriptorLength, PREPROCESSING } from "../image/descriptor.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { MAX_BYTES } from "../kernels/arena.ts";
import type { Examples } from "../model/examples.ts";
import { parameterCount } from "../model/sizes.ts";
import type { ModelState } from "../model/state.ts";
import { createOptimizer } from "../optim/registry.ts";
import { renderModelCard } from "../report/card.ts";
import { renderReport } from "../report/report.ts";
import { checkOrigin } from "../train/origin.ts";
import type { Outcome } from "../train/outcome.ts";
import type { Rows, TrainingPlan } from "../train/plan.ts";
import { checkResume, trainingRecord } from "../train/resume.ts";
import { commandLine, EXIT, runCommand } from "./command.ts";
import { openDataset, splitExamples, workersOf } from "./examples.ts";
import { type Flags, UsageError } from "./flags.ts";
import { readNamed } from "./named_file.ts";
import {
  nameRunFiles,
  reserveCheckpoint,
  type RunFiles,
  tryRunFiles,
} from "./run_files.ts";
import { gatherRun } from "./run_report.ts";
import { saveModel, saveText } from "./saving.ts";
import {
  checkHeadWeights,
  COMMAND,
  DEFAULTS,
  type NamedOrigin,
  planOf,
} from "./train_flags.ts";
import {
  sayHeads,
  sayMetrics,
  sayNext,
  saySaved,
  sayStopped,
  trainJson,
} from "./train_output.ts";
import { trainWithProgress } from "./train_progress.ts";
import { loadOrigin, loadState, servingState } from "./weights.ts";

if (import.meta.main) await runCommand(COMMAND, train);

async function train(flags: Flags, signal: AbortSignal): Promise<number> {
  flags.refuseOperands();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const asked = await askedBy(flags);
  const { plan, resumed, origin, preprocessing, files } = asked;

  const { split, recipe: { seed }, folds } = plan;
  const { dataset } = await openDataset(flags, signal, {
    preprocessing,
    ...(resumed && { heads: resumed.sizes.heads }),
    division: { split, seed, folds },
  });
  using opened = dataset;
  const { examples } = opened;
  checkExamples(examples, asked);
  if (origin !== undefined) sayHeads(origin.model, examples.heads);
  const rows = splitExamples(examples, split, seed, folds);
  const outcome = await trainWithProgress(
    examples,
    rows,
    plan,
    { resumed, from: origin?.model },
    workersOf(flags),
    signal,
  );

  if (outcome.ended !== "finished") {
    return await keep(flags, outcome, files, seconds());
  }
  const { moments, appendix } = asked;
  return await publish(flags, outcome, {
    files,
    dataset: opened,
    rows,
    moments,
    appendix,
    seconds,
  });
}

/** The run that flags ask for: all that is read and checked before any image. */
interface Asked {
  readonly plan: TrainingPlan;
  readonly resumed: ModelState | undefined;
  readonly origin: NamedOrigin | undefined;
  readonly preprocessing: Preprocessing;
  readonly files: RunFiles;
  readonly moments: "all" | "heads";
  readonly appendix: string | undefined;
}

/** Reads the flags and the models that they name, and tries whether the results can be written. */
async function askedBy(flags: Flags): Promise<Asked> {
  const resume = flags.text("resume");
  const resumed = resume === undefined ? undefined : await loadState(resume);
  const origin = flags.has("from")
    ? await loadOrigin(flags.text("from")!)
    : undefined;
  const plan = planOf(flags, resumed && trainingRecord(resumed).plan, origin);
  checkOriginGiven(plan, resumed, origin);
  const moments = flags.choice("moments", ["all", "heads"], "all");
  const appendix = await appendixOf(flags);
  const preprocessing = (resumed ?? origin?.model)?.preprocessing ??
    PREPROCESSING;
  const files = nameRunFiles(
    flags.text("out") ?? DEFAULTS.out,
    flags.text("report"),
    resume,
  );
  const bytes = bytesOf(plan, descriptorLength(preprocessing));
  if (bytes > MAX_BYTES) throw new CapacityError(bytes);
  await tryRunFiles(files, bytes);
  return { plan, resumed, origin, preprocessing, files, moments, appendix };
}

/** The files and the data of a run that has finished. */
interface Finished extends Pick<Asked, "files" | "moments" | "appendix"> {
  readonly dataset: Dataset;
  readonly rows: Rows;
  /** Seconds since the command began. */
  seconds(): number;
}

/** Writes the model of a finished run, prints its metrics, and writes card and report. */
async function publish(
  flags: Flags,
  outcome: Outcome,
  { files, dataset, rows, moments, appendix, seconds }: Finished,
): Promise<number> {
  const state = moments === "heads"
    ? servingState(outcome.state)
    : outcome.state;
  const weights = await saveModel(files.model, state);
  // The run is finished: its checkpoint is no longer needed.
  if (files.checkpoint !== undefined) {
    await Deno.remove(files.checkpoint).catch(() => {});
  }
  if (flags.has("json")) {
    console.log(trainJson(outcome, weights, seconds()));
  } else {
    sayMetrics(outcome, rows.train.length, seconds());
    saySaved(weights);
  }
  const run = await gatherRun(outcome, dataset, rows, {
    command: commandLine(COMMAND, ["report"]),
    folder: flags.text("data"),
    licence: flags.text("licence"),
    weights: { ...weights, file: basename(weights.file) },
    seconds: seconds(),
    appendix,
  }, files.report !== undefined);
  const written = {
    model: weights.file,
    card: await saveText(files.card, renderModelCard(run)),
    report: files.report && await saveText(files.report, renderReport(run)),
  };
  if (!flags.has("json")) sayNext(written, moments === "all");
  const { model, card, report } = written;
  const isInPlace = model === files.model && card === files.card &&
    report === files.report;
  return isInPlace ? EXIT.ok : EXIT.failure;
}

/** Keeps the last good state of a run that did not finish. */
async function keep(
  flags: Flags,
  outcome: Outcome,
  files: RunFiles,
  seconds: number,
): Promise<number> {
  const checkpoint = await reserveCheckpoint(files);
  const weights = await saveModel(checkpoint, outcome.state);
  if (weights.file !== checkpoint && files.checkpoint === undefined) {
    await Deno.remove(checkpoint).catch(() => {}); // it is still empty
  }
  if (flags.has("json")) console.log(trainJson(outcome, weights, seconds));
  sayStopped(outcome, weights.file);
  return EXIT[outcome.ended === "diverged" ? "diverged" : "interrupted"];
}

/** The bytes that a checkpoint takes, about: parameters of the trunk, moments, best weights. */
function bytesOf(
  { hidden, optimizer: { name, options }, recipe }: TrainingPlan,
  inputs: number,
): number {
  const { slots } = createOptimizer(name, options);
  const copies = (1 + slots.length) * (recipe.keep === "best" ? 2 : 1);
  return 4 * copies * parameterCount({ inputs, hidden, heads: [] });
}

/** Read before the training, so that a name that is wrong costs nothing. */
async function appendixOf(flags: Flags): Promise<string | undefined> {
  const file = flags.text("appendix");
  return file === undefined
    ? undefined
    : await readNamed("--appendix", "a text file", file, Deno.readTextFile);
}

/** A run whose folds are to begin with another model needs that model to its end. */
function checkOriginGiven(
  { from, folds }: TrainingPlan,
  resumed: ModelState | undefined,
  origin: NamedOrigin | undefined,
): void {
  if (resumed === undefined || from === undefined) return;
  if (folds === 0 || origin !== undefined) return;
  throw new UsageError(
    `Cannot resume with --folds ${folds}: expected --from FILE as at the start, the model ${from.sha256}, got none`,
  );
}

/** Checks that the images are ones for this plan, and for the models that it goes on from. */
function checkExamples(
  examples: Examples,
  { plan, resumed, origin }: Asked,
): void {
  checkHeadWeights(plan, examples.heads);
  if (resumed !== undefined) {
    asUsage(() => checkResume(resumed, plan, examples));
  }
  if (origin !== undefined) {
    asUsage(() => checkOrigin(origin.model, plan, examples));
  }
}

/** A plan that does not fit was asked for by flags. */
function asUsage(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
