/** Files of records that several processes share. @module */

import { pause } from "../waiting.ts";

const LOCK_PAUSE_MS = 50;
/** Days for which a file that nobody opens is kept. */
const KEPT_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Opens a file of a folder, or creates both, and waits until no other process
 * has it locked. Files that nobody has opened for thirty days are removed.
 *
 * @param name 16 hexadecimal digits; the file has the ending `.pack`.
 * @throws The signal's reason if it aborts while this waits.
 */
export async function openLocked(
  folder: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Deno.FsFile> {
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(`${folder}/${name}.pack`, {
    read: true,
    write: true,
    create: true,
  });
  try {
    await lockForWriting(file, signal);
    const now = Date.now();
    file.utimeSync(new Date(now), new Date(now));
    removeForgotten(folder, now - KEPT_DAYS * DAY_MS);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Fills `out` from `offset` on. */
export function readAt(
  file: Deno.FsFile,
  offset: number,
  out: Uint8Array,
): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let filled = 0; filled < out.length;) {
    const count = file.readSync(out.subarray(filled));
    if (count === null) {
      throw new Error(
        `Cannot read the descriptor cache: expected ${out.length} bytes at ` +
          `${offset}, the file ends after ${filled}`,
      );
    }
    filled += count;
  }
}

/** Writes all bytes from `offset` on. */
export function writeAt(
  file: Deno.FsFile,
  offset: number,
  bytes: Uint8Array,
): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let written = 0; written < bytes.length;) {
    written += file.writeSync(bytes.subarray(written));
  }
}

/** Polls, since waiting for a lock cannot be cancelled. */
async function lockForWriting(
  file: Deno.FsFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  while (!await file.tryLock(true)) {
    signal?.throwIfAborted();
    await pause(LOCK_PAUSE_MS);
  }
}

/** Removes the files that were last opened before `limit`, in milliseconds since 1970. */
function removeForgotten(folder: string, limit: number): void {
  for (const { name } of Deno.readDirSync(folder)) {
    if (!/^[0-9a-f]{16}\.pack$/.test(name)) continue;
    const path = `${folder}/${name}`;
    try {
      const opened = Deno.statSync(path).mtime;
      if (opened !== null && opened.getTime() < limit) Deno.removeSync(path);
    } catch {
      // Another process was faster, or it cannot be removed: then it stays.
    }
  }
}
