/** The output of `deno task train`: metrics on stdout, messages about a stopped run on stderr. @module */

import type { HeadSpec } from "../heads/kinds.ts";
import { parameterCount } from "../model/sizes.ts";
import { formatDuration, formatMany } from "../report/format.ts";
import { metricsJson } from "../train/metrics.ts";
import { headsTakenOver, type Origin } from "../train/origin.ts";
import type { Outcome } from "../train/outcome.ts";
import { commandLine, shellQuoted } from "./command.ts";
import { metricsLines } from "./metrics_text.ts";
import type { RunFiles } from "./run_files.ts";
import { sayLines, tellLine } from "./stderr.ts";
import { COMMAND } from "./train_flags.ts";

/** A file that was written. */
interface Written {
  readonly file: string;
  readonly sha256: string;
}

/** The run as one JSON object; metrics are there where it finished. */
export function trainJson(
  { state, record }: Outcome,
  { file, sha256 }: Written,
  seconds: number,
): string {
  const sets = Object.entries(record.metrics ?? {}).map(([name, metrics]) =>
    [name, metricsJson(metrics)] as const
  );
  return JSON.stringify({
    seconds: Number(seconds.toFixed(3)),
    epochs: record.history.length,
    step: record.step,
    parameters: parameterCount(state.sizes),
    weights: file,
    sha256,
    ...Object.fromEntries(sets),
  });
}

/** Tells which heads of a training begin with another model's weights. */
export function sayHeads(origin: Origin, heads: readonly HeadSpec[]): void {
  const kept = headsTakenOver(origin, heads);
  const fresh = heads.map(({ name }) => name)
    .filter((name) => !kept.includes(name));
  const said = [
    ...(kept.length === 0 ? [] : [
      `${
        kept.join(", ")
      } with that model's weights, for the labels are the same`,
    ]),
    ...(fresh.length === 0 ? [] : [`${fresh.join(", ")} with random ones`]),
  ];
  tellLine(`Heads begin: ${said.join("; ")}.`);
}

/** Prints what a finished run reached. */
export function sayMetrics(
  { state, record }: Outcome,
  images: number,
  seconds: number,
): void {
  const { heads } = state.sizes;
  const { validation, test, crossValidation } = record.metrics ?? {};
  const lines = [
    `Trained on ${formatMany(images, "image")} in ${formatDuration(seconds)}.`,
    ...(validation ? metricsLines("Validation", heads, validation) : []),
    ...(test ? metricsLines("Test", heads, test) : []),
    ...(crossValidation
      ? metricsLines("Cross-validation", heads, crossValidation)
      : []),
  ];
  sayLines(lines.join("\n"));
}

/** Prints where the model is. */
export function saySaved({ file, sha256 }: Written): void {
  console.log(`${file} (sha-256 ${sha256})`);
}

/**
 * Prints the commands to run next. Resuming a model that is `whole` writes its report
 * without training again.
 */
export function sayNext(
  { model, card, report }: Omit<RunFiles, "checkpoint">,
  whole: boolean,
): void {
  const weights = shellQuoted(model);
  const reporting = commandLine(COMMAND, ["resume"], [
    "--resume",
    model,
    "--report",
    "report.html",
  ]);
  const curves = report ?? (whole ? reporting : undefined);
  console.log(
    [
      "",
      "What next:",
      `  read its model card      ${card}`,
      ...(curves === undefined ? [] : [`  see curves and mistakes  ${curves}`]),
      `  predict with it          deno task predict IMAGE --weights ${weights}`,
      `  serve it                 MODEL=${weights} deno task start`,
    ].join("\n"),
  );
}

/** Reports a run that did not finish, and the command that resumes it. */
export function sayStopped(
  { ended, record: { step, steps }, error }: Outcome,
  file: string,
): void {
  if (error !== undefined) tellLine(error.message);
  const how = ended === "diverged" ? "Diverged" : "Interrupted";
  const when = step < steps
    ? `after step ${step} of ${steps}`
    : "in the cross-validation, of which no fold is kept";
  tellLine(`${how} ${when}; saved to ${file}.`);
  if (ended === "diverged") {
    tellLine(
      "Train again with a lower --learning-rate, or bound the gradient with --clip 1.",
    );
    return;
  }
  const command = commandLine(COMMAND, ["resume"], ["--resume", file]);
  tellLine(`Resume with: ${command}`);
}
