/**
 * Asks the servers of two checkouts for predictions of the same images, and
 * compares the answers byte for byte.
 *
 *   deno run -A tests/interop/same_answers.ts CHECKOUT CHECKOUT --data FOLDER
 *
 *   --limit N       images, spread evenly over the folder; 300 by default
 *   --only-shared   compare only the fields that both answers have
 *
 * Both serve their own weights file, or the one that MODEL names. Exits with 1
 * if any two answers differ, and with 2 if they cannot be compared.
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type Server, startServer } from "../e2e/server.ts";
import { sharedParts } from "./shared_parts.ts";

const SERVE = ["serve", "-A", "--host", "127.0.0.1", "--port", "0", "mod.ts"];
const IMAGE = /\.(jpe?g|png|webp|gif)$/i;
/** Characters that are shown on either side of the first difference. */
const CONTEXT = 60;

interface Options {
  readonly checkouts: readonly string[];
  readonly data: string;
  readonly limit: number;
  readonly onlyShared: boolean;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      data: { type: "string" },
      limit: { type: "string", default: "300" },
      "only-shared": { type: "boolean", default: false },
    },
  });
  const { data, "only-shared": onlyShared } = values;
  const limit = Number(values.limit);
  if (positionals.length !== 2) {
    throw new TypeError(
      `Cannot compare: expected two checkouts, got ${positionals.length}`,
    );
  }
  if (data === undefined) {
    throw new TypeError("Cannot compare: expected --data FOLDER, got none");
  }
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(
      `Cannot compare: expected a whole number ≥ 1 as --limit, got ${values.limit}`,
    );
  }
  return { checkouts: positionals, data, limit, onlyShared };
}

/** The images under a folder, in the order of their paths. */
function imagesUnder(folder: string): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...imagesUnder(path));
    else if (IMAGE.test(name)) found.push(path);
  }
  return found.sort();
}

/** `count` of the paths, as far apart as can be. */
function spread(paths: readonly string[], count: number): string[] {
  const step = Math.max(1, paths.length / count);
  return Array.from(
    { length: Math.min(count, paths.length) },
    (_, i) => paths[Math.floor(i * step)]!,
  );
}

/** What a server says of an image: the status and the body. */
async function ask(
  { url }: Server,
  image: Uint8Array<ArrayBuffer>,
): Promise<{ status: number; body: string }> {
  const response = await fetch(`${url}/predict`, {
    method: "POST",
    body: image,
  });
  return { status: response.status, body: await response.text() };
}

/** Says where two texts begin to differ. */
function sayDifference(path: string, texts: readonly [string, string]): void {
  const [a, b] = texts;
  let at = 0;
  while (a[at] === b[at]) at++;
  console.log(`The first difference is at character ${at} for ${path}:`);
  for (const text of texts) {
    console.log(`  …${text.slice(Math.max(0, at - CONTEXT), at + CONTEXT)}…`);
  }
}

/** Asks both servers about every image; resolves to whether all answers were equal. */
async function compare(
  servers: readonly [Server, Server],
  paths: readonly string[],
  onlyShared: boolean,
): Promise<boolean> {
  let [equal, refused, told] = [0, 0, false];
  for (const path of paths) {
    const image = await Deno.readFile(path);
    const [a, b] = await Promise.all([
      ask(servers[0], image),
      ask(servers[1], image),
    ]);
    const bodies: [string, string] = onlyShared
      ? sharedTexts(a.body, b.body)
      : [a.body, b.body];
    if (a.status === b.status && bodies[0] === bodies[1]) {
      equal++;
      if (a.status !== 200) refused++;
    } else if (!told) {
      told = true;
      sayDifference(path, [
        `${a.status} ${bodies[0]}`,
        `${b.status} ${bodies[1]}`,
      ]);
    }
  }
  console.log(
    `${equal} of ${paths.length} answers are equal` +
      (refused > 0 ? `, ${refused} of them refusals.` : "."),
  );
  return equal === paths.length;
}

function sharedTexts(a: string, b: string): [string, string] {
  const [x, y] = sharedParts(JSON.parse(a), JSON.parse(b));
  return [JSON.stringify(x), JSON.stringify(y)];
}

async function main(): Promise<number> {
  const { checkouts, data, limit, onlyShared } = readOptions();
  const paths = spread(imagesUnder(data), limit);
  if (paths.length === 0) {
    throw new TypeError(`Cannot compare: expected images in ${data}, got none`);
  }
  const servers: Server[] = [];
  try {
    for (const checkout of checkouts) {
      const folder = pathToFileURL(`${resolve(checkout)}/`);
      servers.push(await startServer(SERVE, { STORE: "memory" }, folder));
    }
    const both = servers as [Server, Server];
    return await compare(both, paths, onlyShared) ? 0 : 1;
  } finally {
    for (const server of servers) await server.stop();
  }
}

Deno.exit(
  await main().catch(({ message }: Error) => {
    console.error(message);
    return 2;
  }),
);
