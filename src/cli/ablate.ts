/** `deno task ablate`: the contribution of each part of the recipe, over several seeds. @module */

import { parseSplit } from "../data/split.ts";
import { runAblation } from "../experiments/ablate/ablation.ts";
import { PIECES } from "../experiments/ablate/pieces.ts";
import { renderAblation } from "../experiments/ablate/table.ts";
import { commandLine, EXIT, runCommand } from "./command.ts";
import {
  DATA_FLAGS,
  openDataset,
  splitExamples,
  workersOf,
} from "./examples.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { type ProgressBar, startProgress } from "./progress.ts";
import { tryFile } from "./run_files.ts";
import { planOf, RECIPE_FLAGS } from "./train_flags.ts";

const SEEDS = 3;

const COMMAND: Command = {
  name: "ablate",
  operands: "[flags]",
  summary:
    "Trains the whole recipe, then with one part changed at a time, and shows what each contributes.",
  flags: {
    ...DATA_FLAGS,
    seeds: { value: "N", help: `Number of seeds, from 0 (${SEEDS}).` },
    only: {
      value: "TEXT",
      help: "Only the parts with this in their name.",
    },
    out: { value: "FILE", help: "Write the tables there too, as Markdown." },
    ...RECIPE_FLAGS,
  },
};

if (import.meta.main) await runCommand(COMMAND, ablate);

async function ablate(flags: Flags, signal: AbortSignal): Promise<number> {
  flags.refuseOperands();
  const plan = planOf(flags, undefined);
  if (parseSplit(plan.split).shares.test === 0) {
    throw new UsageError(
      `Cannot compare recipes: expected a --split with test images, got ${plan.split}`,
    );
  }
  const pieces = piecesNamed(flags.text("only") ?? "");
  const seeds = flags.integer("seeds", SEEDS, 1);
  const threads = workersOf(flags);
  const out = flags.text("out");
  if (out !== undefined) await tryFile("--out", out);

  const opened = await openDataset(flags, signal);
  using dataset = opened.dataset;
  const { examples } = dataset;
  const splits = new Map(
    Array.from({ length: seeds }, (_, seed) => [
      seed,
      splitExamples(examples, plan.split, seed),
    ]),
  );
  let bar: ProgressBar | undefined;
  const ablation = await runAblation({ examples, plan, splits, pieces }, {
    signal,
    threads,
    onStep(done, total, run) {
      bar ??= startProgress("Training", total);
      bar.update(done, [run]);
    },
  }).finally(() => bar?.stop());
  const command = commandLine(COMMAND);
  const tables = renderAblation(ablation, command);
  if (out !== undefined) await Deno.writeTextFile(out, tables);
  console.log(
    flags.has("json")
      ? JSON.stringify({ command, ...ablation })
      : tables.trimEnd(),
  );
  return EXIT.ok;
}

/** The pieces whose names have `text` in them. */
function piecesNamed(text: string): typeof PIECES {
  const chosen = Object.entries(PIECES).filter(([name]) => name.includes(text));
  if (chosen.length > 0) return Object.fromEntries(chosen);
  throw new UsageError(
    `Cannot read --only: expected a part of one of ${
      Object.keys(PIECES).join(", ")
    }, got "${text}"`,
  );
}
