/** Files that flags name. @module */

import { UsageError } from "./flags.ts";

/**
 * Reads a file that a flag names.
 *
 * @param expected What it should be, for the message.
 * @throws {UsageError} If it cannot be read.
 */
export async function readNamed<T>(
  flag: string,
  expected: string,
  file: string,
  read: (file: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(file);
  } catch (error) {
    throw new UsageError(
      `Cannot read ${flag}: expected ${expected}, got "${file}": ${
        (error as Error).message
      }`,
    );
  }
}
