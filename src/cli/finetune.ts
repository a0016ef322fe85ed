/** `deno task finetune`: corrects a model by labelled images, as POST /finetune does. @module */

import { writeFileAtomically } from "../checkpoint/file.ts";
import { viewSafetensors } from "../checkpoint/safetensors_reader.ts";
import { isKnown } from "../heads/head.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { type Examples, groupsOf } from "../model/examples.ts";
import { type FinetuneAnswer, MAX_MARGIN } from "../service/requests.ts";
import { hasMemory } from "../service/memory_tensors.ts";
import { Service } from "../service/service.ts";
import { SHIPPED_WEIGHTS } from "../service/settings.ts";
import { openEngine } from "../store/open.ts";
import { EXIT, runCommand } from "./command.ts";
import { DATA_FLAGS, labelledAs, openDataset } from "./examples.ts";
import { finetuneJson, finetuneText } from "./finetune_output.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { startProgress } from "./progress.ts";
import { tryFile } from "./run_files.ts";
import { sayLines, tellLine } from "./stderr.ts";
import { loadWeights } from "./weights.ts";

/** Images of a request. */
const REQUEST = 32;

const COMMAND: Command = {
  name: "finetune",
  operands: "--data DIR (--out FILE | --store STORE) [flags]",
  summary:
    "Corrects a model by labelled images, as POST /finetune does, in a file or in the store of a server.",
  flags: {
    ...DATA_FLAGS,
    weights: { value: "FILE", help: "The model (the shipped one)." },
    out: {
      value: "FILE",
      help: "Where the corrected model goes, with its memory.",
    },
    store: {
      value: "STORE",
      help: "Correct the newest version in the store of a server.",
    },
    margin: {
      value: "X",
      help:
        `Margin by which answers must be right, in logits up to ${MAX_MARGIN} (0.5).`,
    },
    trusted: { help: "Accept every label, however implausible." },
    "dry-run": { help: "Show the result, and change nothing." },
  },
};

if (import.meta.main) await runCommand(COMMAND, finetune);

async function finetune(flags: Flags, signal: AbortSignal): Promise<number> {
  checkFlags(flags);
  const out = flags.text("out");
  const file = flags.text("weights") ?? SHIPPED_WEIGHTS;
  const { weights, bytes } = await loadWeights(file);
  if (out !== undefined) await tryFile("--out", out, bytes.length);
  const engine = await openEngine(flags.text("store") ?? "memory");
  const service = await Service.create({ weights, engine });
  try {
    const transfer = await service.transfer();
    // The memory in a file belongs to a version, not to the weights.
    if (!flags.has("store") && hasMemory(viewSafetensors(bytes))) {
      await transfer.import(bytes);
    }
    const { preprocessing } = weights.model;
    const answers = await correct(service, preprocessing, flags, signal);
    const isChanged = answers.some(({ version }) =>
      version.after > version.before
    );
    const written = out !== undefined && isChanged
      ? await write(out, (await transfer.export()).chunks)
      : undefined;
    sayLines(
      flags.has("json")
        ? finetuneJson(answers, written)
        : finetuneText(answers, written, flags.has("dry-run")),
    );
    if (signal.aborted) {
      tellLine("Interrupted: the other images were not used.");
      return EXIT.interrupted;
    }
    return answers.some(({ accepted }) => accepted) ? EXIT.ok : EXIT.failure;
  } finally {
    await service.close();
  }
}

/** Describes the images and corrects what is served by them. */
async function correct(
  service: Service,
  preprocessing: Preprocessing,
  flags: Flags,
  signal: AbortSignal,
): Promise<FinetuneAnswer[]> {
  const heads = await service.newestHeads();
  const opened = await openDataset(flags, signal, {
    views: 1,
    preprocessing,
    heads,
    forTraining: false,
  });
  using dataset = opened.dataset;
  const examples = labelledAs(dataset.examples, heads);
  return await correctAll(service, examples, flags, signal);
}

async function write(file: string, chunks: readonly Uint8Array[]) {
  return { file, sha256: await writeFileAtomically(file, chunks) };
}

function checkFlags(flags: Flags): void {
  flags.refuseOperands();
  if (!flags.has("data") && !flags.has("labels")) {
    throw new UsageError(
      "Cannot correct a model: expected --data DIR or --labels FILE, got none",
    );
  }
  const [out, store, dry] = ["out", "store", "dry-run"].map((name) =>
    flags.has(name)
  );
  if ((out || dry || store) && !(out && store)) return;
  throw new UsageError(
    `Cannot correct a model: expected --out FILE or --store STORE, got ${
      out ? "both" : "none"
    }`,
  );
}

/**
 * Corrects by request after request, each with images of as many groups as there
 * are, until it is interrupted.
 */
async function correctAll(
  service: Service,
  examples: Examples,
  flags: Flags,
  signal: AbortSignal,
): Promise<FinetuneAnswer[]> {
  const margin = flags.has("margin")
    ? flags.number(
      "margin",
      0.5,
      `a number in (0, ${MAX_MARGIN}]`,
      (value) => value > 0 && value <= MAX_MARGIN,
    )
    : undefined;
  const rows = mixedRows(examples);
  const bar = startProgress("Correcting", rows.length);
  const answers: FinetuneAnswer[] = [];
  try {
    for (let start = 0; start < rows.length; start += REQUEST) {
      if (signal.aborted) break; // what was learned until now is kept
      const batch = rows.slice(start, start + REQUEST);
      const { answer } = await service.finetune({
        describe: () =>
          Promise.resolve(batch.map((row) => descriptorOf(examples, row))),
        heads: examples.heads,
        labels: examples.heads.map((_, h) =>
          batch.map((row) => examples.labelOf(row, h))
        ),
        mode: "correct",
        margin,
        trusted: flags.has("trusted"),
        dryRun: flags.has("dry-run"),
      });
      answers.push(answer);
      bar.update(start + batch.length);
    }
  } finally {
    bar.stop();
  }
  return answers;
}

/** The labelled rows: one of every group, then another of every group, and so on. */
function mixedRows(examples: Examples): number[] {
  const groups = groupsOf(examples);
  const seen = new Map<string, number>();
  const rows = Array.from({ length: examples.length }, (_, row) => row)
    .filter((row) =>
      examples.heads.some((_, h) => isKnown(examples.labelOf(row, h)))
    )
    .map((row) => {
      const group = groups[row]!;
      const turn = seen.get(group) ?? 0;
      seen.set(group, turn + 1);
      return { row, turn };
    });
  return rows.sort((a, b) => a.turn - b.turn || a.row - b.row)
    .map(({ row }) => row);
}

function descriptorOf(examples: Examples, row: number): Uint8Array {
  const descriptor = new Uint8Array(examples.inputs);
  examples.read(row, 0, descriptor);
  return descriptor;
}
