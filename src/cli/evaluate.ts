/** `deno task evaluate`: scores a model on pictures in folders. @module */

import { evaluateRows } from "../train/finish.ts";
import type { Figures } from "../train/figures.ts";
import { EXIT, runCommand } from "./command.ts";
import { DATA_FLAGS, labelledAs, openDataset } from "./examples.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { loadEvaluator, SHIPPED_WEIGHTS } from "./weights.ts";

const BATCH_SIZE = 64;

const COMMAND: Command = {
  name: "evaluate",
  operands: "--data DIR [flags]",
  summary: "Scores a model on labelled pictures.",
  flags: {
    ...DATA_FLAGS,
    weights: { value: "FILE", help: "The model (the shipped one)." },
  },
};

if (import.meta.main) await runCommand(COMMAND, evaluate);

async function evaluate(flags: Flags, signal: AbortSignal): Promise<number> {
  if (!flags.has("data")) {
    throw new UsageError("Cannot evaluate: expected --data DIR, got none");
  }
  if (flags.operands.length > 0) {
    throw new UsageError(
      `Cannot understand "${flags.operands[0]}": expected flags only`,
    );
  }
  const { model, evaluator } = await loadEvaluator(
    flags.text("weights") ?? SHIPPED_WEIGHTS,
    BATCH_SIZE,
  );
  const opened = await openDataset(flags, signal, {
    views: 1,
    leastItems: 1,
    preprocessing: model.preprocessing,
  });
  using dataset = opened.dataset;
  const examples = labelledAs(dataset, model);
  const rows = Uint32Array.from({ length: examples.length }, (_, row) => row);
  const figures = evaluateRows(
    evaluator,
    examples,
    rows,
    model.calibration,
  )!;
  if (flags.has("json")) console.log(JSON.stringify(figures));
  else console.log(tableOf(figures));
  return EXIT.ok;
}

function tableOf({ images, domain, item, perDomain }: Figures): string {
  const percent = (share: number) =>
    `${(100 * share).toFixed(1)} %`.padStart(9);
  const head = (name: string, { accuracy, loss, ece }: Figures["item"]) =>
    `${name.padEnd(12)}${percent(accuracy)}   loss ${loss.toFixed(3)}   ece ${
      ece.toFixed(3)
    }`;
  return [
    `${images} pictures`,
    head("item", item),
    head("domain", domain),
    ...Object.entries(perDomain).map(([name, { images, item }]) =>
      `${`  ${name}`.padEnd(12)}${
        percent(item.accuracy)
      }   item, ${images} pictures`
    ),
  ].join("\n");
}
