/**
 * `deno task load [--seconds N] [--only beside|bodies|overload] [--request TEXT]`: a
 * server under the worst that is allowed, and what others get beside it; of the worst
 * requests only those whose names hold a text. Needs Linux. Fails if a promise of
 * SECURITY.md does not hold.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { startTandem } from "../bench/server.ts";
import { beside } from "./beside.ts";
import { bodies } from "./bodies.ts";
import { KEY } from "./client.ts";
import { overload } from "./overload.ts";

const PARTS = { beside, bodies, overload };

const flags = parseArgs(Deno.args, { string: ["seconds", "only", "request"] });
const request = flags.request as string | undefined;
const seconds = Number(flags.seconds ?? 30);
const names =
  (flags.only === undefined
    ? Object.keys(PARTS)
    : [flags.only]) as (keyof typeof PARTS)[];
if (!(seconds > 0) || names.some((name) => !Object.hasOwn(PARTS, name))) {
  console.error(
    `Cannot load a server: expected --seconds N and --only ${
      Object.keys(PARTS).join(" or ")
    }`,
  );
  Deno.exit(2);
}
let broken = 0;
for (const name of names) {
  const folder = await Deno.makeTempDir();
  const server = await startTandem(folder, {
    FINETUNE_KEY: KEY,
    ADMIN_KEY: KEY,
  });
  try {
    for await (
      const { text, holds } of PARTS[name](server, seconds, request)
    ) {
      if (!holds) broken++;
      const load = Deno.loadavg()[0]!.toFixed(1);
      console.log(
        `${holds ? "" : "NOT AS PROMISED: "}${text} (load average ${load})`,
      );
    }
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
Deno.exit(broken === 0 ? 0 : 1);
