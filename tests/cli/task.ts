/** Tasks run as a person would, on folders of small random images. @module */

import { randomPng } from "../data/images.ts";

const CHECKOUT = new URL("../../", import.meta.url);

/** How a task ended. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a task to its end. */
export async function task(...args: string[]): Promise<Result> {
  const { code, stdout, stderr } = await command(args).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** What makes a processor with FMA3 pass for one without. */
export const WITHOUT_FMA = { DENO_V8_FLAGS: "--no-enable-fma3" };

/** The command of a task, in the checkout. */
export function command(
  args: string[],
  env: Readonly<Record<string, string>> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: CHECKOUT,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

/** A folder with `perClass` random images of every item in every domain. */
export function folderOf(
  domains: readonly string[],
  items: readonly string[],
  perClass: number,
): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  let seed = 0;
  for (const domain of domains) {
    for (const item of items) {
      for (let n = 0; n < perClass; n++) {
        files[`data/${domain}/${item}/${n}.png`] = randomPng(seed++);
      }
    }
  }
  return files;
}

/** Flags of a training that takes no time. */
export const SMALL = ["--hidden", "16", "--batch-size", "8", "--workers", "1"];
