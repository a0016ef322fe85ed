/**
 * `deno task fuzz --minutes N [--seed N]`: throws damaged bytes at every way in,
 * without bound but the time, and says every minute what memory that takes. What
 * it finds is kept in tests/fuzz/findings, where the tests try it again.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { fuzz } from "./run.ts";
import { withSurfaces } from "./surfaces.ts";

const FINDINGS = new URL("./findings/", import.meta.url);
const MEBIBYTE = 1024 * 1024;
/** In milliseconds. */
const MINUTE = 60_000;

const USAGE = "Usage: deno task fuzz [--minutes N] [--seed N]";

const unknown: string[] = [];
const flags = parseArgs(Deno.args, {
  string: ["minutes", "seed"],
  boolean: ["help"],
  unknown: (arg) => void unknown.push(arg),
});
const minutes = Number(flags.minutes ?? 1);
const seed = Number(flags.seed ?? 1);
if (flags.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (unknown.length > 0 || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error(
    `Cannot fuzz: expected --minutes N and --seed N, numbers, got ${
      Deno.args.join(" ")
    }\n${USAGE}`,
  );
  Deno.exit(2);
}
console.error = () => {}; // what the server logs of its own failures comes as findings

let inputs = 0;
let findings = 0;
let slowest = 0;
const memory = () => Math.round(Deno.memoryUsage().rss / MEBIBYTE);
await withSurfaces(async (surfaces) => {
  const start = performance.now();
  const end = start + MINUTE * minutes;
  let before = start;
  let saying = start + MINUTE;
  const first = memory();
  for await (const finding of fuzz(surfaces, seed)) {
    const now = performance.now();
    slowest = Math.max(slowest, now - before);
    before = now;
    inputs++;
    if (finding !== undefined) {
      findings++;
      await keep(finding.surface, finding.bytes, finding.error);
    }
    if (now > saying) {
      console.log(`${inputs} inputs, ${memory()} MiB`);
      saying += MINUTE;
    }
    if (now > end) break;
  }
  console.log(
    `${inputs} inputs over ${surfaces.length} surfaces with seed ${seed}: ${findings} findings, ` +
      `slowest ${
        Math.round(slowest)
      } ms, ${first} MiB before and ${memory()} MiB after`,
  );
});
Deno.exit(findings === 0 ? 0 : 1);

async function keep(
  surface: string,
  bytes: Uint8Array<ArrayBuffer>,
  error: unknown,
): Promise<void> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const name = `${surface.replace(/\W+/g, "_")}-${hash.toHex().slice(0, 12)}`;
  console.log(`${name}: ${error instanceof Error ? error.stack : error}`);
  await Deno.mkdir(FINDINGS, { recursive: true });
  await Deno.writeFile(new URL(name, FINDINGS), bytes);
}
