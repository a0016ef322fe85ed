/** `deno task train`: trains a model from pictures in folders, or from the built-in sketches. @module */

import { basename, dirname } from "node:path";
import { parseShares, splitRows } from "../data/split.ts";
import type { ModelState } from "../model/state.ts";
import { parameterCount } from "../model/sizes.ts";
import { SCHEDULES } from "../optim/schedule.ts";
import { createOptimizer, OPTIMIZER_NAMES } from "../optim/registry.ts";
import type { Figures } from "../train/figures.ts";
import type { Progress } from "../train/fit.ts";
import type { EpochSums } from "../train/history.ts";
import { checkResume, trainingRecord } from "../train/resume.ts";
import {
  type Outcome,
  type Rows,
  runTraining,
  type TrainingPlan,
} from "../train/run.ts";
import { renderModelCard } from "../train/report/card.ts";
import { renderReport } from "../train/report/report.ts";
import { EXIT, runCommand } from "./command.ts";
import { DATA_FLAGS, openDataset, workersOf } from "./examples.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { type ProgressBar, startProgress } from "./progress.ts";
import { gatherRun } from "./run_report.ts";
import { loadState, saveState, withoutTrunkMoments } from "./weights.ts";

/** What train does where no flag says otherwise: the recipe of the shipped model. */
const DEFAULTS = {
  out: ".data/model.safetensors",
  hidden: "512",
  epochs: 60,
  batchSize: 64,
  optimizer: "adamw",
  learningRate: 1e-3,
  weightDecay: 0.05,
  schedule: "one-cycle",
  labelSmoothing: 0.1,
  mixup: 0.4,
  dropout: 0.2,
  inputDropout: 0.2,
  clip: 0,
  seed: 0,
  split: "80/5/15",
} as const;

const COMMAND: Command = {
  name: "train",
  operands: "[flags]",
  summary: "Trains a model. Without --data it trains on the built-in sketches.",
  flags: {
    ...DATA_FLAGS,
    out: { value: "FILE", help: `Where the model goes (${DEFAULTS.out}).` },
    resume: { value: "FILE", help: "Go on with a run that was stopped." },
    epochs: {
      value: "N",
      help: `Passes over the training pictures (${DEFAULTS.epochs}).`,
    },
    "batch-size": {
      value: "N",
      help: `Pictures per step (${DEFAULTS.batchSize}).`,
    },
    hidden: {
      value: "N,N",
      help: `Widths of the trunk, or "none" (${DEFAULTS.hidden}).`,
    },
    optimizer: {
      value: "NAME",
      help: `One of ${OPTIMIZER_NAMES.join(", ")} (${DEFAULTS.optimizer}).`,
    },
    "learning-rate": {
      value: "X",
      help: `Peak learning rate (${DEFAULTS.learningRate}).`,
    },
    "weight-decay": {
      value: "X",
      help: `Weight decay (${DEFAULTS.weightDecay}).`,
    },
    schedule: {
      value: "NAME",
      help: `One of ${SCHEDULES.join(", ")} (${DEFAULTS.schedule}).`,
    },
    "label-smoothing": {
      value: "X",
      help: `Share in [0, 1) (${DEFAULTS.labelSmoothing}).`,
    },
    mixup: {
      value: "ALPHA",
      help: `Beta(α, α) in [0, 1], 0 for none (${DEFAULTS.mixup}).`,
    },
    dropout: {
      value: "P",
      help: `Of trunk units, in [0, 1) (${DEFAULTS.dropout}).`,
    },
    "input-dropout": {
      value: "P",
      help: `Of inputs, in [0, 1) (${DEFAULTS.inputDropout}).`,
    },
    clip: {
      value: "NORM",
      help: `Bound on the gradient's norm, 0 for none (${DEFAULTS.clip}).`,
    },
    seed: {
      value: "N",
      help: `Everything random follows from it (${DEFAULTS.seed}).`,
    },
    split: {
      value: "A/B/C",
      help: `Train/validation/test per cent (${DEFAULTS.split}).`,
    },
    "split-by": {
      value: "HOW",
      help: "blocks of neighbouring pictures, or rows (blocks).",
    },
    report: {
      value: "FILE",
      help: "Write a report of the run, one HTML file.",
    },
    licence: {
      value: "TEXT",
      help: "What the model card says of the pictures' licence.",
    },
    moments: {
      value: "WHICH",
      help: "Keep the moments of all tensors, or of the heads (all).",
    },
  },
};

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
  const out = flags.text("out") ?? DEFAULTS.out;
  await Deno.mkdir(dirname(out), { recursive: true });

  const { dataset, source } = await openDataset(flags, signal);
  using examples = dataset;
  if (resumed !== undefined) checkResumed(resumed, plan, examples);
  const [shares, strategy] = plan.split.split(" ") as [
    string,
    "blocks" | "rows",
  ];
  const rows = splitRows(
    Array.from({ length: examples.length }, (_, row) => ({
      domain: examples.domainOf(row),
      item: examples.itemOf(row),
    })),
    parseShares(shares),
    { seed: plan.recipe.seed, strategy },
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
    ? withoutTrunkMoments(outcome.state)
    : outcome.state;
  const sha256 = await saveState(out, state);
  const seconds = (performance.now() - started) / 1000;
  report(flags, outcome, rows, out, sha256, seconds);
  if (outcome.ended === "finished") {
    const { size } = await Deno.stat(out);
    const run = await gatherRun(outcome, dataset, source, rows, {
      command: commandLine(),
      folder: flags.text("data"),
      licence: flags.text("licence"),
      weights: { file: basename(out), bytes: size, sha256 },
      seconds,
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

/** The plan that the flags ask for; what they do not mention is as before, or the default. */
function planOf(flags: Flags, before: TrainingPlan | undefined): TrainingPlan {
  const had = before?.recipe;
  const optimizer = flags.choice(
    "optimizer",
    OPTIMIZER_NAMES,
    before?.optimizer.name ?? DEFAULTS.optimizer,
  );
  const weightDecay = flags.magnitude(
    "weight-decay",
    Number(before?.optimizer.options.weightDecay ?? DEFAULTS.weightDecay),
  );
  const [shares = DEFAULTS.split, by = "blocks"] = before?.split.split(" ") ??
    [];
  const split = flags.text("split") ?? shares;
  try {
    parseShares(split);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const positive = (name: string, fallback: number) =>
    flags.number(name, fallback, "a number > 0", (value) => value > 0);
  return {
    hidden: hiddenOf(flags.text("hidden")) ?? before?.hidden ??
      hiddenOf(DEFAULTS.hidden)!,
    optimizer: {
      name: optimizer,
      options: createOptimizer(optimizer, {
        ...before?.optimizer.options,
        weightDecay,
      }).options,
    },
    recipe: {
      epochs: flags.integer("epochs", had?.epochs ?? DEFAULTS.epochs, 1),
      batchSize: flags.integer(
        "batch-size",
        had?.batchSize ?? DEFAULTS.batchSize,
        1,
      ),
      learningRate: positive(
        "learning-rate",
        had?.learningRate ?? DEFAULTS.learningRate,
      ),
      schedule: flags.choice(
        "schedule",
        SCHEDULES,
        had?.schedule ?? DEFAULTS.schedule,
      ),
      labelSmoothing: flags.fraction(
        "label-smoothing",
        had?.labelSmoothing ?? DEFAULTS.labelSmoothing,
      ),
      inputDropout: flags.fraction(
        "input-dropout",
        had?.inputDropout ?? DEFAULTS.inputDropout,
      ),
      hiddenDropout: flags.fraction(
        "dropout",
        had?.hiddenDropout ?? DEFAULTS.dropout,
      ),
      mixup: flags.number(
        "mixup",
        had?.mixup ?? DEFAULTS.mixup,
        "a number in [0, 1]",
        (value) => value >= 0 && value <= 1,
      ),
      maxGradientNorm: flags.magnitude(
        "clip",
        had?.maxGradientNorm ?? DEFAULTS.clip,
      ),
      seed: flags.number(
        "seed",
        had?.seed ?? DEFAULTS.seed,
        "a whole number",
        Number.isSafeInteger,
      ),
    },
    split: `${split} ${
      flags.choice("split-by", ["blocks", "rows"], by as "blocks" | "rows")
    }`,
  };
}

function hiddenOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return [];
  const widths = text.split(",").map(Number);
  if (!widths.every((width) => Number.isSafeInteger(width) && width >= 1)) {
    throw new UsageError(
      `Cannot read --hidden: expected widths such as 512 or 256,128, or "none", got "${text}"`,
    );
  }
  return widths;
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
  let started = 0;
  try {
    return await runTraining(examples, rows, plan, resumed, {
      signal,
      threads,
      onStep(progress, sums) {
        if (bar === undefined) {
          bar = startProgress("Training", progress.steps);
          started = performance.now();
        }
        const seconds = Math.max(1e-3, (performance.now() - started) / 1000);
        bar.update(
          progress.step,
          stepNote(progress, sums, progress.images / seconds),
        );
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
  const { validation, test } = record.figures ?? {};
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
  console.log(`${out} (sha-256 ${sha256})`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The command that makes this model again: as it was typed, less what only shows the run. */
function commandLine(): string {
  const args = [...Deno.args];
  const report = args.indexOf("--report");
  if (report >= 0) args.splice(report, 2);
  const quoted = args
    .filter((arg) => arg !== "--json" && !arg.startsWith("--report="))
    .map((arg) =>
      /^[\w./,:=+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`
    );
  return ["deno", "task", COMMAND.name, ...quoted].join(" ");
}

function withoutExtension(file: string): string {
  return file.replace(/\.safetensors$/, "");
}
