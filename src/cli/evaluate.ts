/** `deno task evaluate`: scores a model on labelled images. @module */

import { readModel } from "../checkpoint/state_reader.ts";
import { SHIPPED_WEIGHTS } from "../service/settings.ts";
import { metricsJson } from "../train/metrics.ts";
import { evaluateRows } from "../train/outcome.ts";
import type { TrainingRecord } from "../train/plan.ts";
import { EXIT, runCommand } from "./command.ts";
import { DATA_FLAGS, labelledAs, openDataset } from "./examples.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { breakdownLines, metricsLines } from "./metrics_text.ts";
import { sayLines, tellLine } from "./stderr.ts";
import { newestState } from "./stored.ts";
import { evaluatorOf, loadEvaluator } from "./weights.ts";

const BATCH_SIZE = 64;

const KNOWN =
  "These are the images that the model was trained with. On others it is right less often: " +
  "its model card says how often on those that were kept for testing.";

const COMMAND: Command = {
  name: "evaluate",
  operands: "--data DIR | --labels FILE [flags]",
  summary: "Scores a model on labelled images.",
  flags: {
    ...DATA_FLAGS,
    weights: { value: "FILE", help: "The model (the shipped one)." },
    store: {
      value: "STORE",
      help:
        "Score the newest version in a server's store, or by its URL (with ADMIN_KEY).",
    },
  },
};

if (import.meta.main) await runCommand(COMMAND, evaluate);

async function evaluate(flags: Flags, signal: AbortSignal): Promise<number> {
  if (!flags.has("data") && !flags.has("labels")) {
    throw new UsageError(
      "Cannot evaluate: expected --data DIR or --labels FILE, got none",
    );
  }
  flags.refuseOperands();
  const weights = flags.text("weights") ?? SHIPPED_WEIGHTS;
  const store = flags.text("store");
  const { model, evaluator } = store === undefined
    ? await loadEvaluator(weights, BATCH_SIZE)
    : await evaluatorOf(
      await readModel(await newestState(weights, store)),
      BATCH_SIZE,
    );
  const { heads } = model.sizes;
  const opened = await openDataset(flags, signal, {
    views: 1,
    preprocessing: model.preprocessing,
    heads,
    forTraining: false,
  });
  using dataset = opened.dataset;
  const { dataset: trainedOn } = model.training as Partial<TrainingRecord>;
  if (trainedOn?.hash === dataset.examples.hash) tellLine(`Warning: ${KNOWN}`);
  const examples = labelledAs(dataset.examples, heads);
  const rows = Uint32Array.from({ length: examples.length }, (_, row) => row);
  const metrics = evaluateRows(evaluator, examples, rows, model.calibration)!;
  if (flags.has("json")) console.log(JSON.stringify(metricsJson(metrics)));
  else {
    const lines = metricsLines("In all", heads, metrics);
    sayLines([...lines, ...breakdownLines(heads, metrics)].join("\n"));
  }
  return EXIT.ok;
}
