/**
 * Checkpoints as files: read tensor by tensor, written whole or not at all.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { CheckpointError } from "../errors.ts";
import {
  extentOf,
  headerEnd,
  parseHeader,
  type SafetensorsReader,
} from "./safetensors_reader.ts";
import type { SafetensorsHeader } from "./safetensors.ts";

/** An open safetensors file. Tensors are read by offset; the rest is not touched. */
export class SafetensorsFile implements SafetensorsReader, Disposable {
  readonly header: SafetensorsHeader;
  readonly #file: Deno.FsFile;
  /** Reads share the file's one position, so each waits for the one before it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: Deno.FsFile, header: SafetensorsHeader) {
    this.#file = file;
    this.header = header;
  }

  /**
   * Reads one tensor's little-endian bytes.
   *
   * @throws {RangeError} If there is no such tensor.
   * @throws {CheckpointError} If the file has become shorter.
   */
  read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const [begin, end] = extentOf(this.header, name);
    const bytes = this.#last.then(() => readAt(this.#file, begin, end));
    this.#last = bytes.catch(() => {});
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * Opens a safetensors file and reads its header.
 *
 * @throws {CheckpointError} If the header violates the format.
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export async function openSafetensors(
  path: string | URL,
): Promise<SafetensorsFile> {
  const file = await Deno.open(path);
  try {
    const { size, isDirectory } = await file.stat();
    if (isDirectory) {
      throw new CheckpointError(
        "Cannot read the checkpoint: expected a file, got a folder",
      );
    }
    const start = await readAt(file, 0, Math.min(8, size));
    const end = headerEnd(start, size);
    return new SafetensorsFile(
      file,
      parseHeader(await readAt(file, 0, end), size),
    );
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Reads [begin, end) of the file. */
async function readAt(
  file: Deno.FsFile,
  begin: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  await file.seek(begin, Deno.SeekMode.Start);
  for (let filled = 0; filled < bytes.length;) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) {
      throw new CheckpointError(
        `Cannot read the checkpoint: expected ${end} bytes, got ${
          begin + filled
        }`,
      );
    }
    filled += count;
  }
  return bytes;
}

/**
 * Writes a file by writing another beside it and renaming that, so that a crash at any
 * moment leaves either the old file or the new one, whole. A symbolic link stays a
 * link: the file that it points to is written.
 *
 * @returns The SHA-256 of what was written, in hexadecimal.
 */
export async function writeFileAtomically(
  path: string | URL,
  chunks: Iterable<Uint8Array>,
): Promise<string> {
  const target = await linkedFile(
    path instanceof URL ? fileURLToPath(path) : path,
  );
  const temporary = `${target}.${crypto.randomUUID()}.tmp`;
  try {
    const digest = await writeNew(temporary, chunks);
    await Deno.rename(temporary, target);
    await syncFolder(dirname(target));
    return digest;
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** The file that a path leads to, through symbolic links; the path itself if there is none. */
export async function linkedFile(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}

/** Writes a file that must not exist, and syncs it to the disk. */
async function writeNew(
  path: string,
  chunks: Iterable<Uint8Array>,
): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path, { write: true, createNew: true });
  try {
    for (const chunk of chunks) {
      hash.update(chunk);
      for (let written = 0; written < chunk.length;) {
        written += await file.write(chunk.subarray(written));
      }
    }
    await file.sync();
  } finally {
    file.close();
  }
  return hash.digest("hex");
}

/** Makes the rename itself durable, on systems that let a folder be synced. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await Deno.open(path);
    try {
      await folder.sync();
    } finally {
      folder.close();
    }
  } catch {
    // The file is whole either way: only which of the two survives a power cut is open.
  }
}
