/** `deno task compare`: optimizers, heads and inputs side by side, in one report. @module */

import { dirname } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { readRawPixels } from "../data/raw_pixels.ts";
import type { Source } from "../data/source.ts";
import { RAW_SIZE } from "../experiments/compare/book.ts";
import {
  type Comparison,
  type ComparisonData,
  runComparison,
  TRIALS,
} from "../experiments/compare/comparison.ts";
import {
  comparisonCharts,
  renderComparison,
} from "../experiments/compare/report.ts";
import { EXIT, runCommand } from "./command.ts";
import { DATA_FLAGS, openDataset, splitExamples } from "./examples.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { renderPicture } from "./picture.ts";
import { startProgress } from "./progress.ts";
import { DEFAULTS } from "./train_flags.ts";

const OUT = ".data/compare.html";

const COMMAND: Command = {
  name: "compare",
  operands: "[flags]",
  summary:
    "Compares optimizers, ways to ask two questions, bias correction, memory and inputs.",
  flags: {
    ...DATA_FLAGS,
    out: { value: "FILE", help: `Where the report goes (${OUT}).` },
    pictures: { value: "DIR", help: "Also draw the charts as PNG files." },
    font: { value: "FILE", help: "TrueType font of the PNG files." },
    seed: { value: "N", help: "Everything random follows from it (0)." },
  },
};

if (import.meta.main) await runCommand(COMMAND, compare);

async function compare(flags: Flags, signal: AbortSignal): Promise<number> {
  if (flags.operands.length > 0) {
    throw new UsageError(
      `Cannot understand "${flags.operands[0]}": expected flags only`,
    );
  }
  const out = flags.text("out") ?? OUT;
  const pictures = flags.text("pictures");
  const font = await fontOf(flags);
  const { dataset, source } = await openDataset(flags, signal, { views: 1 });
  using described = dataset;
  const raw = await rawExamples(described, source, signal);
  const seed = flags.integer("seed", 0, 0);
  const bar = startProgress("Comparing", TRIALS);
  const comparison = await runComparison({
    described,
    raw,
    blocks: splitExamples(described, `${DEFAULTS.split} blocks`, seed),
    random: splitExamples(described, `${DEFAULTS.split} rows`, seed),
    seed,
  }, { signal, onTrial: (done, part) => bar.update(done, part) })
    .finally(() => bar.stop());
  await Deno.mkdir(dirname(out), { recursive: true });
  await Deno.writeTextFile(out, renderComparison(comparison));
  if (pictures !== undefined) await drawPictures(comparison, pictures, font!);
  console.log(flags.has("json") ? JSON.stringify(comparison) : out);
  return EXIT.ok;
}

async function fontOf(flags: Flags): Promise<Uint8Array | undefined> {
  const font = flags.text("font");
  if (font !== undefined) return await Deno.readFile(font);
  if (!flags.has("pictures")) return undefined;
  throw new UsageError(
    "Cannot draw pictures: expected --font FILE with --pictures, got none",
  );
}

/** The pictures of a dataset as raw pixels, row by row. */
async function rawExamples(
  described: Dataset,
  { entries }: Source,
  signal: AbortSignal,
): Promise<ComparisonData["raw"]> {
  const origins = new Map(entries.map(({ id, origin }) => [id, origin]));
  const bar = startProgress("Reading pixels", described.length);
  const rows = await readRawPixels(
    Array.from(
      { length: described.length },
      (_, row) => origins.get(described.idOf(row))!,
    ),
    RAW_SIZE,
    { signal, onProgress: (done) => bar.update(done, "") },
  ).finally(() => bar.stop());
  return {
    length: rows.length,
    views: 1,
    inputs: 3 * RAW_SIZE * RAW_SIZE,
    domainOf: (row) => described.domainOf(row),
    itemOf: (row) => described.itemOf(row),
    read: (row, _view, out) => out.set(rows[row]!),
  };
}

async function drawPictures(
  comparison: Comparison,
  folder: string,
  font: Uint8Array,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, chart] of Object.entries(comparisonCharts(comparison))) {
    const png = await renderPicture(chart, font);
    await Deno.writeFile(`${folder}/${name}.png`, png);
  }
}
