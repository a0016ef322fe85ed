/** `deno task compare`: optimizers, heads and inputs side by side, in one report. @module */

import type { Dataset } from "../data/dataset.ts";
import { readRawPixels } from "../data/raw_pixels.ts";
import { RAW_SIZE } from "../experiments/compare/book.ts";
import {
  type Comparison,
  countTrials,
  runComparison,
} from "../experiments/compare/comparison.ts";
import {
  comparisonCharts,
  renderComparison,
} from "../experiments/compare/report.ts";
import type { Examples } from "../model/examples.ts";
import { EXIT, runCommand } from "./command.ts";
import { DATA_FLAGS, openDataset, splitExamples } from "./examples.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { readNamed } from "./named_file.ts";
import { renderPng } from "./png.ts";
import { startProgress } from "./progress.ts";
import { tryFile } from "./run_files.ts";
import { DEFAULTS } from "./train_flags.ts";

const OUT = ".data/compare.html";

const COMMAND: Command = {
  name: "compare",
  operands: "[flags]",
  summary:
    "Compares optimizers, one network with networks per head, bias correction, memory and inputs.",
  flags: {
    ...DATA_FLAGS,
    out: { value: "FILE", help: `Where the report goes (${OUT}).` },
    charts: { value: "DIR", help: "Also draw the charts as PNG files." },
    font: { value: "FILE", help: "TrueType font of the PNG files." },
    seed: { value: "N", help: "Everything random follows from it (0)." },
  },
};

if (import.meta.main) await runCommand(COMMAND, compare);

async function compare(flags: Flags, signal: AbortSignal): Promise<number> {
  flags.refuseOperands();
  const out = flags.text("out") ?? OUT;
  const charts = flags.text("charts");
  const font = await fontOf(flags);
  const seed = flags.integer("seed", 0, 0);
  await tryFile("--out", out);
  if (charts !== undefined) await tryFile("--charts", `${charts}/chart.png`);
  const opened = await openDataset(flags, signal, { views: 1 });
  using dataset = opened.dataset;
  const { examples: described } = dataset;
  const raw = await rawExamples(dataset, signal);
  const bar = startProgress("Comparing", countTrials(described.heads));
  const comparison = await runComparison({
    described,
    raw,
    blocks: splitExamples(described, `${DEFAULTS.split} blocks`, seed),
    random: splitExamples(described, `${DEFAULTS.split} rows`, seed),
    seed,
  }, { signal, onTrial: (done, part) => bar.update(done, [part]) })
    .finally(() => bar.stop());
  await Deno.writeTextFile(out, renderComparison(comparison));
  if (charts !== undefined) await drawCharts(comparison, charts, font!);
  console.log(flags.has("json") ? JSON.stringify(comparison) : out);
  return EXIT.ok;
}

async function fontOf(flags: Flags): Promise<Uint8Array | undefined> {
  const font = flags.text("font");
  if (font !== undefined) {
    return await readNamed("--font", "a TrueType font", font, Deno.readFile);
  }
  if (!flags.has("charts")) return undefined;
  throw new UsageError(
    "Cannot draw charts: expected --font FILE with --charts, got none",
  );
}

/** The same images as raw pixels, row by row. */
async function rawExamples(
  { examples, originOf }: Dataset,
  signal: AbortSignal,
): Promise<Examples> {
  const origins = Array.from(
    { length: examples.length },
    (_, row) => originOf(row),
  );
  const bar = startProgress("Reading pixels", origins.length);
  const rows = await readRawPixels(origins, RAW_SIZE, {
    signal,
    onProgress: (done) => bar.update(done),
  }).finally(() => bar.stop());
  const inputs = 3 * RAW_SIZE * RAW_SIZE;
  return {
    ...examples,
    ...{ views: 1, inputs, parts: [inputs], cells: [], mirror: undefined },
    read: (row, _view, out) => out.set(rows[row]!),
  };
}

async function drawCharts(
  comparison: Comparison,
  folder: string,
  font: Uint8Array,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, chart] of Object.entries(comparisonCharts(comparison))) {
    const png = await renderPng(chart, font);
    await Deno.writeFile(`${folder}/${name}.png`, png);
  }
}
