/** `deno task adapt`: ways to use a few labelled images of another domain, side by side. @module */

import { runAdaptation } from "../experiments/adapt/adaptation.ts";
import {
  sourceImages,
  type Task,
  taskOf,
} from "../experiments/adapt/protocol.ts";
import {
  adaptationTable,
  renderAdaptation,
} from "../experiments/adapt/report.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { commandLine, EXIT, runCommand } from "./command.ts";
import { DATA_FLAGS, openDataset, workersOf } from "./examples.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { keptModels } from "./kept_models.ts";
import { type ProgressBar, startProgress } from "./progress.ts";
import { tryFile } from "./run_files.ts";
import { planOf, RECIPE_FLAGS } from "./train_flags.ts";

const SHOTS = 3;
const DRAWS = 5;
const CURVE = "0,1,3,5,10";
const MODELS = ".data/adapt";

const COMMAND: Command = {
  name: "adapt",
  operands: "--data DIR --source GROUP --target GROUP [flags]",
  summary:
    "Trains on one domain, and compares ways to use a few labelled images of another.",
  flags: {
    ...DATA_FLAGS,
    source: { value: "GROUP", help: "The domain to train on." },
    target: { value: "GROUP", help: "The domain to adapt to." },
    by: {
      value: "HEAD",
      help:
        "The head that divides images into domains (the first with both of them).",
    },
    shots: {
      value: "N",
      help: `Labelled target images of each class (${SHOTS}).`,
    },
    draws: { value: "N", help: `Draws to average over (${DRAWS}).` },
    curve: {
      value: "N,N",
      help: `Numbers of shots for the curve (${CURVE}).`,
    },
    "source-images": {
      value: "N",
      help: "Source images of each class (20, or 8 where a class has fewer).",
    },
    report: { value: "FILE", help: "Write a report, one HTML file." },
    ...RECIPE_FLAGS,
  },
};

if (import.meta.main) await runCommand(COMMAND, adapt);

async function adapt(flags: Flags, signal: AbortSignal): Promise<number> {
  flags.refuseOperands();
  const shots = flags.integer("shots", SHOTS, 1);
  const curve = curveOf(flags, shots);
  const draws = flags.integer("draws", DRAWS, 1);
  const perClass = flags.integer("source-images", 0, 1);
  const domains = domainsOf(flags);
  const plan = planOf(flags, undefined);
  const report = flags.text("report");
  if (report !== undefined) await tryFile("--report", report);

  const opened = await openDataset(flags, signal);
  using dataset = opened.dataset;
  const { examples } = dataset;
  const task = taskFrom(flags, domains, examples.heads);
  let bar: ProgressBar | undefined;
  const adaptation = await runAdaptation({
    examples,
    task,
    plan,
    perClass: perClass || sourceImages(examples, task),
    shots: curve,
    draws,
  }, {
    signal,
    threads: workersOf(flags),
    ...await keptModels(MODELS),
    onStep(done, total, what) {
      bar ??= startProgress("Training", total);
      bar.update(done, [what]);
    },
  }).finally(() => bar?.stop());
  if (report !== undefined) {
    const page = renderAdaptation(
      adaptation,
      shots,
      commandLine(COMMAND, ["report"]),
    );
    await Deno.writeTextFile(report, page);
  }
  console.log(
    flags.has("json")
      ? JSON.stringify(adaptation)
      : adaptationTable(adaptation, shots),
  );
  return EXIT.ok;
}

/** The numbers of shots, ascending, each once. */
function curveOf(flags: Flags, shots: number): number[] {
  const text = flags.text("curve") ?? CURVE;
  const numbers = text.split(",").map((part) =>
    part === "" ? NaN : Number(part)
  );
  if (!numbers.every((each) => Number.isSafeInteger(each) && each >= 0)) {
    throw new UsageError(
      `Cannot read --curve: expected whole numbers ≥ 0 such as ${CURVE}, got "${text}"`,
    );
  }
  return [...new Set([...numbers, shots])].sort((a, b) => a - b);
}

/** The names of the domains to train on and to adapt to. */
function domainsOf(flags: Flags): { source: string; target: string } {
  const named = (name: string) => {
    const text = flags.text(name);
    if (text !== undefined) return text;
    throw new UsageError(`Cannot adapt: expected --${name} GROUP, got none`);
  };
  return { source: named("source"), target: named("target") };
}

function taskFrom(
  flags: Flags,
  domains: { source: string; target: string },
  heads: readonly HeadSpec[],
): Task {
  try {
    return taskOf(heads, { by: flags.text("by"), ...domains });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
