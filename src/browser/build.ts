/**
 * Bundles worker.ts, and all that it imports, into routes/page/core.js, by
 * `deno bundle`: pages load it as it is.
 *
 *   deno task core            writes routes/page/core.js
 *   deno task core --check    compares it byte for byte with a fresh build
 *
 * @module
 */

const ENTRY = new URL("./worker.ts", import.meta.url);
const TARGET = new URL("../../routes/page/core.js", import.meta.url);

async function bundle(): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--platform=browser", "--minify", "--quiet", ENTRY.href],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stdout);
  throw new SyntaxError(`Cannot bundle: ${decoder.decode(stderr)}`);
}

const fresh = await bundle();
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(TARGET, fresh);
  console.error(`core.js: ${fresh.length} bytes`);
} else if (await Deno.readTextFile(TARGET) !== fresh) {
  console.error(
    "core.js is not what its sources build: run `deno task core`.",
  );
  Deno.exit(1);
}
