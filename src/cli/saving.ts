/** The files that a run ends with, saved elsewhere where their place is lost. @module */

import { basename } from "node:path";
import { writeFileAtomically } from "../checkpoint/file.ts";
import type { ModelState } from "../model/state.ts";
import { tellLine } from "./stderr.ts";
import { saveState } from "./weights.ts";

/** Saves a model; says where, and its sha-256 and size. */
export async function saveModel(
  file: string,
  state: ModelState,
): Promise<{ file: string; sha256: string; bytes: number }> {
  let sha256 = "";
  const place = await saveOrRescue(file, async (file) => {
    sha256 = await saveState(file, state);
  });
  return { file: place, sha256, bytes: (await Deno.stat(place)).size };
}

/** Saves a text; says where. */
export function saveText(file: string, text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return saveOrRescue(file, (file) => writeFileAtomically(file, [bytes]));
}

/**
 * Saves where a file is to go or, where that has become impossible, among the
 * temporary files: hours of work may be in it. Returns the place.
 */
async function saveOrRescue(
  file: string,
  write: (file: string) => Promise<unknown>,
): Promise<string> {
  try {
    await write(file);
    return file;
  } catch (error) {
    const folder = await Deno.makeTempDir({ prefix: "tandem-" });
    const rescued = `${folder}/${basename(file)}`;
    await write(rescued);
    tellLine(
      `Cannot write ${file}: ${
        (error as Error).message
      }. Saved to ${rescued} instead.`,
    );
    return rescued;
  }
}
