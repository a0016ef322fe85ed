import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

/** Runs resolve.ts as the tasks do, for a JSR at `url` and with an empty cache. */
async function resolve(url: string) {
  const cache = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-lock", "src/cli/std/resolve.ts"],
      cwd: new URL("../../", import.meta.url),
      env: { JSR_URL: url, DENO_DIR: cache, NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { stdout: text(stdout), stderr: text(stderr) };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** What a JSR says that has the given version of a package with one module. */
function answerOf(path: string): unknown {
  const [, scope, name, file] = path.split("/");
  const pinned = config.imports[`@std/${name}` as "@std/assert"];
  const version = pinned.split("@").at(-1)!;
  if (scope !== "@std") return undefined;
  if (file === "meta.json") return { versions: { [version]: {} } };
  if (file === `${version}_meta.json`) {
    const exports = { ".": "./mod.ts", "./parse-args": "./mod.ts" };
    const checksum =
      "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    return { exports, manifest: { "/mod.ts": { size: 0, checksum } } };
  }
  return undefined;
}

Deno.test("where JSR answers, nothing stands in", async () => {
  await using jsr = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) => {
      const { pathname } = new URL(url);
      if (pathname.endsWith("/mod.ts")) return new Response("");
      const answer = answerOf(pathname);
      return answer === undefined
        ? new Response(null, { status: 404 })
        : Response.json(answer);
    },
  );
  const { stdout, stderr } = await resolve(
    `http://127.0.0.1:${jsr.addr.port}/`,
  );
  assertEquals([stdout, stderr], ["", ""]);
});

Deno.test("where JSR does not, the stand-ins do, and a line says so", async () => {
  await using nothing = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("<html>Please log in</html>"),
  );
  const { stdout, stderr } = await resolve(
    `http://127.0.0.1:${nothing.addr.port}/`,
  );
  assertMatch(stderr, /^JSR cannot be reached: [^\n]*\n$/);
  assertMatch(stdout, /^--import-map=data:application\/json,\S+\n$/);
  const { imports } = JSON.parse(
    decodeURIComponent(stdout.slice(stdout.indexOf(",") + 1)),
  );
  for (const name of ["assert", "cli/parse-args"]) {
    const url: string = imports[`@std/${name}`];
    assertStringIncludes(url, "/src/cli/std/");
    assertEquals((await Deno.stat(new URL(url))).isFile, true);
  }
  assertEquals(imports.hono, config.imports.hono);
  assertEquals(imports["hono/"], config.imports.hono.replace(":", ":/") + "/");
});
