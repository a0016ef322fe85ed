/**
 * Chooses where `@std` comes from, for the tasks in deno.json:
 *
 *   deno test $(deno run -q --no-lock src/cli/std/resolve.ts) …
 *
 * Where JSR can be reached (or the packages are in Deno's cache) it prints
 * nothing, and deno.json's own `jsr:` entries stand. Elsewhere it prints an
 * `--import-map` flag that is deno.json's import map with the `@std` entries
 * pointing at the stand-ins in this folder, and says so on stderr. There is one
 * configuration file either way.
 *
 * @module
 */

import config from "../../../deno.json" with { type: "json" };

/** Long enough for a slow line, short enough to wait for on a closed one. */
const PATIENCE_MS = 10_000;

const STAND_INS: Record<string, string> = {
  "@std/assert": new URL("./assert.ts", import.meta.url).href,
  "@std/cli/parse-args": new URL("./parse_args.ts", import.meta.url).href,
};

/** Tells if every `@std` package of the import map can be loaded. */
async function jsrAnswers(): Promise<boolean> {
  const specifiers = [
    config.imports["@std/assert"],
    `${config.imports["@std/cli"]}/parse-args`,
  ];
  const loaded = Promise.all(specifiers.map((specifier) => import(specifier)));
  const expired = new Promise<never>((_, reject) =>
    setTimeout(
      () => reject(new Error(`no answer in ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    )
  );
  try {
    await Promise.race([loaded, expired]);
    return true;
  } catch {
    return false;
  }
}

/** Entries that deno.json implies and an import map must spell out: `name/…` for every npm package. */
function subpaths(): Record<string, string> {
  const packages = Object.entries(config.imports)
    .filter(([, target]) => target.startsWith("npm:"));
  return Object.fromEntries(packages.map(([name, target]) => [
    `${name}/`,
    `${target.replace("npm:", "npm:/")}/`,
  ]));
}

if (!await jsrAnswers()) {
  console.error(
    "JSR cannot be reached: using the local stand-ins for @std/assert and @std/cli.",
  );
  const imports = { ...config.imports, ...subpaths(), ...STAND_INS };
  console.log(
    `--import-map=data:application/json,${
      encodeURIComponent(JSON.stringify({ imports }))
    }`,
  );
}
Deno.exit(0); // a pending request or timer must not hold the task up
