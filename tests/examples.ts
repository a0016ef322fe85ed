/**
 * Runs the examples in the documentation, and fails where there are none to run.
 *
 * The arguments are those of `deno test --doc`: an import map, files and folders.
 *
 * @module
 */

const { code, stdout } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "--no-prompt", "--quiet", "--doc", ...Deno.args],
  env: { NO_COLOR: "1" },
  stderr: "inherit",
}).output();
const text = new TextDecoder().decode(stdout);
console.log(text.trimEnd());
const passed = Number(text.match(/^ok \| (\d+) passed/m)?.[1] ?? 0);
if (code === 0 && passed === 0) {
  console.error("Cannot run the examples: expected at least one, found none");
}
Deno.exit(code === 0 && passed === 0 ? 1 : code);
