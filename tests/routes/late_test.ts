// Modules that are imported late, where descriptors run short.

import { assert, assertEquals } from "@std/assert";
import { modelBytes } from "../service/fixture.ts";

const HERE = new URL("../../", import.meta.url);

/** Modules that one start out of several needs, which reads them at once or with its first request. */
const OTHERS = [
  "routes/start_help.ts",
  "routes/late.ts",
  "routes/tracing.ts",
  "routes/metering.ts",
  "src/store/absent.ts",
  "src/store/postgres.ts",
  "node:v8",
  "node:vm",
  "node:zlib",
];

const STATIC = /^(?:import|export)\b[^"';]*?from "([^"]+)"|^import "([^"]+)"/gm;
const LATE = /\bimport\(\s*(?:import\.meta\.resolve\(\s*)?"([^"…]+)"/g;

/** What a module imports in such a way, as paths in the repository where they are in it. */
function importsOf(path: string, pattern: RegExp): string[] {
  const url = new URL(path, HERE);
  const text = Deno.readTextFileSync(url)
    .replaceAll(/typeof\s+import\("[^"]+"\)/g, "");
  return [...text.matchAll(pattern)].map(([, a, b]) => (a ?? b)!).map((name) =>
    name.startsWith(".")
      ? new URL(name, url).href.slice(HERE.href.length)
      : name
  );
}

/** Every late import of what a server may run. */
function lateImports(): Set<string> {
  const late = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path) || !/^(routes|src)\/.*\.ts$|^mod\.ts$/.test(path)) {
      return;
    }
    seen.add(path);
    importsOf(path, STATIC).forEach(visit);
    if (path === "routes/late.ts") return;
    for (const name of importsOf(path, LATE)) {
      late.add(name);
      visit(name);
    }
  };
  ["mod.ts", "routes/start.ts"].forEach(visit);
  return late;
}

Deno.test("every module that is imported late is read soon after the start", () => {
  const read = importsOf("routes/late.ts", LATE);
  const late = lateImports();
  assert(late.has("routes/resources.ts") && late.has("client-zip"));
  assertEquals(
    [...read].sort(),
    [...late].filter((name) => !OTHERS.includes(name)).sort(),
  );
});

Deno.test({
  name:
    "requests that are the first of their kind are answered without a descriptor",
  ignore: Deno.build.os === "windows",
  async fn() {
    const model = await Deno.makeTempFile();
    try {
      await Deno.writeFile(model, modelBytes({ guard: false }));
      const limited = 'ulimit -Sn 256 && ulimit -Hn 256 && exec "$@"';
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: [
          ...["-c", limited, "bash", Deno.execPath(), "run", "-A"],
          ...["tests/routes/late_program.ts", model],
        ],
        cwd: HERE,
        env: { DENO_NO_UPDATE_CHECK: "1" },
      }).output();
      const [said, trouble] = [stdout, stderr].map((bytes) =>
        new TextDecoder().decode(bytes)
      );
      assertEquals([code, trouble], [0, ""]);
      const statuses = said!.trim().split("\n").map((line) =>
        Number(line.split(" ")[1])
      );
      assertEquals(
        statuses,
        [200, 200, 200, 200, 200, 200, 200, 400, 400, 400, 400, 400],
      );
    } finally {
      await Deno.remove(model);
    }
  },
});
