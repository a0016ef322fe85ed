/** `deno task train`: trains a model from pictures in folders, or from the built-in sketches. @module */

import { basename, dirname } from "node:path";
import type { ModelState } from "../model/state.ts";
import { parameterCount } from "../model/sizes.ts";
import type { Figures } from "../train/figures.ts";
import type { Progress } from "../train/fit.ts";
import type { EpochSums } from "../train/history.ts";
import { checkResume, trainingRecord } from "../train/resume.ts";
import type { Outcome } from "../train/finish.ts";
import type { Rows, TrainingPlan } from "../train/plan.ts";
import { runTraining } from "../train/run.ts";
import { renderModelCard } from "../report/card.ts";
import { renderReport } from "../report/report.ts";
import { commandLine, EXIT, runCommand } from "./command.ts";
import { openDataset, splitExamples, workersOf } from "./examples.ts";
import { type Flags, UsageError } from "./flags.ts";
import { type ProgressBar, startProgress } from "./progress.ts";
import { gatherRun } from "./run_report.ts";
import { COMMAND, DEFAULTS, planOf } from "./train_flags.ts";
import { loadState, saveState, servingState } from "./weights.ts";

if (import.meta.main) await runCommand(COMMAND, train);

async function train(flags: Flags, signal: AbortSignal): Promise<number> {
  if (flags.operands.length > 0) {
    throw new UsageError(
      `Cannot understand "${flags.operands[0]}": expected flags only`,
    );
  }
  const started = performance.now();
  const resumed = flags.has("resume")
    ? await loadState(flags.text("resume")!)
    : undefined;
  const plan = planOf(flags, resumed && trainingRecord(resumed).plan);
  const moments = flags.choice("moments", ["all", "heads"], "all");
  const appendix = await appendixOf(flags);
  const out = flags.text("out") ?? DEFAULTS.out;
  await Deno.mkdir(dirname(out), { recursive: true });

  const { dataset, source } = await openDataset(
    flags,
    signal,
    resumed && { preprocessing: resumed.preprocessing },
  );
  using examples = dataset;
  if (resumed !== undefined) checkResumed(resumed, plan, examples);
  const rows = splitExamples(
    examples,
    plan.split,
    plan.recipe.seed,
    plan.folds,
  );
  const threads = workersOf(flags);
  const outcome = await runWithProgress(
    examples,
    rows,
    plan,
    resumed,
    threads,
    signal,
  );
  const state = moments === "heads"
    ? servingState(outcome.state)
    : outcome.state;
  const sha256 = await saveState(out, state);
  const seconds = (performance.now() - started) / 1000;
  report(flags, outcome, rows, out, sha256, seconds);
  if (outcome.ended === "finished") {
    const { size } = await Deno.stat(out);
    const run = await gatherRun(outcome, dataset, source, rows, {
      command: commandLine(COMMAND, ["report"]),
      folder: flags.text("data"),
      licence: flags.text("licence"),
      weights: { file: basename(out), bytes: size, sha256 },
      seconds,
      appendix,
    }, flags.has("report"));
    await Deno.writeTextFile(
      `${withoutExtension(out)}.md`,
      renderModelCard(run),
    );
    const report = flags.text("report");
    if (report !== undefined) {
      await Deno.writeTextFile(report, renderReport(run));
    }
  }
  return EXIT[outcome.ended === "finished" ? "ok" : outcome.ended];
}

/** Read before the training, so that a name that is wrong costs nothing. */
async function appendixOf(flags: Flags): Promise<string | undefined> {
  const file = flags.text("appendix");
  if (file === undefined) return undefined;
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new UsageError(
      `Cannot read --appendix: expected a text file, got "${file}": ${
        (error as Error).message
      }`,
    );
  }
}

function checkResumed(
  resumed: ModelState,
  plan: TrainingPlan,
  examples: Parameters<typeof checkResume>[2],
): void {
  try {
    checkResume(resumed, plan, examples);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

async function runWithProgress(
  examples: Parameters<typeof runTraining>[0],
  rows: Rows,
  plan: TrainingPlan,
  resumed: ModelState | undefined,
  threads: number,
  signal: AbortSignal,
): Promise<Outcome> {
  let bar: ProgressBar | undefined;
  let title = "Training";
  let started = 0;
  try {
    return await runTraining(examples, rows, plan, resumed, {
      signal,
      threads,
      onStep(progress, sums) {
        if (bar === undefined) {
          bar = startProgress(title, progress.steps);
          started = performance.now();
        }
        const seconds = Math.max(1e-3, (performance.now() - started) / 1000);
        bar.update(
          progress.step,
          stepNote(progress, sums, progress.images / seconds),
        );
      },
      onFold(fold) {
        bar?.stop();
        bar = undefined;
        title = `Without fold ${fold + 1} of ${plan.folds}`;
      },
    });
  } finally {
    bar?.stop();
  }
}

function stepNote(
  { epoch, losses }: Progress,
  sums: EpochSums,
  imagesPerSecond: number,
): string {
  const percent = (right: number) =>
    `${(100 * right / sums.images).toFixed(1)} %`;
  return `epoch ${epoch} | loss ${losses.total.toFixed(3)} | item ${
    percent(sums.itemRight)
  }, ` +
    `domain ${percent(sums.domainRight)} | ${
      imagesPerSecond.toFixed(0)
    } images/s`;
}

function report(
  flags: Flags,
  { ended, state, record, error }: Outcome,
  rows: Rows,
  out: string,
  sha256: string,
  seconds: number,
): void {
  if (error !== undefined) console.error(error.message);
  if (ended !== "finished") {
    console.error(
      `${
        ended === "diverged" ? "Diverged" : "Interrupted"
      } after step ${record.step} of ` +
        `${record.steps}; saved to ${out}.`,
    );
    if (ended === "interrupted") console.error(`Go on with --resume ${out}.`);
  }
  const { validation, test, crossValidation } = record.figures ?? {};
  if (flags.has("json")) {
    console.log(JSON.stringify({
      seconds: Number(seconds.toFixed(3)),
      epochs: record.history.length,
      step: record.step,
      parameters: parameterCount(state.sizes),
      weights: out,
      sha256,
      ...(validation && { validation }),
      ...(test && { test }),
      ...(crossValidation && { crossValidation }),
    }));
    return;
  }
  if (ended !== "finished") return;
  const line = (name: string, figures: Figures | undefined) =>
    figures &&
    console.log(
      `${name}: ${figures.images} pictures, item ${
        percent(figures.item.accuracy)
      }, ` +
        `domain ${percent(figures.domain.accuracy)}`,
    );
  console.log(
    `Trained on ${rows.train.length} pictures in ${seconds.toFixed(1)} s.`,
  );
  line("Validation", validation);
  line("Test", test);
  line("Cross-validation", crossValidation);
  console.log(`${out} (sha-256 ${sha256})`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function withoutExtension(file: string): string {
  return file.replace(/\.safetensors$/, "");
}
