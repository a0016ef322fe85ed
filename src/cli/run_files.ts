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
  readonly card: string;
  readonly report: string | undefined;
  /** The checkpoint that the run goes on from and whose place its own takes, if it has that place. */
  readonly checkpoint: string | undefined;
}

/**
 * Names the files of a run.
 *
 * @param resumed The checkpoint that this run goes on from.
 */
export function nameRunFiles(
  model: string,
  report: string | undefined,
  resumed: string | undefined,
): RunFiles {
  const stem = resolve(checkpointStem(model));
  const isBeside = resumed !== undefined &&
    resolve(resumed).startsWith(stem) &&
    /^\d*\.safetensors$/.test(resolve(resumed).slice(stem.length));
  return {
    model,
    card: `${stemOf(model)}.md`,
    report,
    checkpoint: isBeside ? resumed : undefined,
  };
}

/**
 * The place of a run's checkpoint: that of the one it goes on from, or else the next
 * free name beside the model, which an empty file keeps free from now on. Another
 * run, even of the same moment, gets another.
 */
export async function reserveCheckpoint(
  { model, checkpoint }: RunFiles,
): Promise<string> {
  if (checkpoint !== undefined) return checkpoint;
  for (let n = 1;; n++) {
    const name = `${checkpointStem(model)}${n === 1 ? "" : n}.safetensors`;
    try {
      using _reserved = await Deno.open(name, { write: true, createNew: true });
      return name;
    } catch (error) {
      // Any other fault is one of writing the checkpoint, too, which deals with it.
      if (!(error instanceof Deno.errors.AlreadyExists)) return name;
    }
  }
}

function stemOf(model: string): string {
  return model.replace(/\.safetensors$/, "");
}

function checkpointStem(model: string): string {
  return `${stemOf(model)}.run`;
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
  await tryFile("the model card", card);
  if (report !== undefined) await tryFile("--report", report);
}

/**
 * Checks that a file can be written, before the work whose result goes there, by
 * writing as much beside it and removing that again. Creates its folder.
 *
 * @param what The flag that names the file, for the message.
 * @param bytes Its size, about; that of a report by default.
 * @throws {UsageError} If it cannot.
 */
export async function tryFile(
  what: string,
  path: string,
  bytes = PAGE_BYTES,
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
