/**
 * The files of a training run. The model's file changes only when a run is
 * finished; a run that is stopped is kept in a checkpoint beside it.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { linkedFile } from "../checkpoint/file.ts";
import { UsageError } from "./flags.ts";

/** Bytes written at a time when a file is tried. */
const CHUNK = 1 << 20;

/** Room that a card or a report takes, at most about. */
const PAGE_BYTES = 1 << 20;

/** The files of a run. */
export interface RunFiles {
  readonly model: string;
  /** Of a run that is not finished, from which it can go on. */
  readonly checkpoint: string;
  readonly card: string;
  readonly report: string | undefined;
}

/**
 * Names the files of a run. A checkpoint that another run left is not replaced:
 * this one's gets the next free name.
 *
 * @param resumed The checkpoint that this run goes on from, whose place it takes.
 */
export async function nameRunFiles(
  model: string,
  report: string | undefined,
  resumed: string | undefined,
): Promise<RunFiles> {
  const stem = model.replace(/\.safetensors$/, "");
  const isOurs = (file: string) =>
    resumed !== undefined && resolve(resumed) === resolve(file);
  let checkpoint = `${stem}.run.safetensors`;
  for (let n = 2; !isOurs(checkpoint) && await exists(checkpoint); n++) {
    checkpoint = `${stem}.run${n}.safetensors`;
  }
  return { model, checkpoint, card: `${stem}.md`, report };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/**
 * Checks that the files of a run can be written, by writing as much beside each and
 * removing it again. Creates their folders.
 *
 * @param modelBytes What the model and its optimizer's state take, about.
 * @throws {UsageError} If one cannot.
 */
export async function tryRunFiles(
  { model, card, report }: RunFiles,
  modelBytes: number,
): Promise<void> {
  await tryFile("--out", model, modelBytes);
  await tryFile("the model card", card, PAGE_BYTES);
  if (report !== undefined) await tryFile("--report", report, PAGE_BYTES);
}

async function tryFile(
  what: string,
  path: string,
  bytes: number,
): Promise<void> {
  const trial = `${await linkedFile(path)}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const fault = await kindFault(path);
    if (fault !== undefined) throw new Error(fault);
    await writeZeros(trial, bytes);
  } catch (error) {
    throw new UsageError(
      `Cannot write ${what}: expected a file that can be written, got "${path}": ${
        (error as Error).message
      }`,
      { cause: error },
    );
  } finally {
    await Deno.remove(trial).catch(() => {});
  }
}

/** The kind of thing that is in a file's place; undefined if it is a file, or nothing. */
async function kindFault(path: string): Promise<string | undefined> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found === undefined || found.isFile) return undefined;
  return found.isDirectory ? "it is a folder" : "it is a device or a pipe";
}

async function writeZeros(path: string, bytes: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const zeros = new Uint8Array(CHUNK);
  for (let left = bytes; left > 0;) {
    left -= await file.write(zeros.subarray(0, Math.min(CHUNK, left)));
  }
  await file.sync(); // some systems report a full disk only now
}
