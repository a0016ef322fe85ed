/** Errors of reading a weights file. @module */

import { CheckpointError } from "../errors.ts";

/** The error; if it is about the file's content, it names the file. */
export function fileError(file: string | URL, error: unknown): unknown {
  if (!(error instanceof CheckpointError)) return error;
  const path = file instanceof URL ? file.pathname : file;
  return new CheckpointError(`${path}: ${error.message}`, { cause: error });
}
