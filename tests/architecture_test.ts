// The rules of the layout, proved on the files.

import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import {
  filesUnder,
  type Import,
  importsOf,
  reach,
  textOf,
  withoutComments,
} from "./source_tree.ts";

/** From the bottom up. Folders of one rank do not know of each other. */
const RANKS: readonly (readonly string[])[] = [
  ["src/errors.ts", "src/once.ts", "src/waiting.ts"],
  ["src/kernels"],
  ["src/nn", "src/optim", "src/image"],
  ["src/heads"],
  ["src/model"],
  ["src/sketches"],
  ["src/data", "src/checkpoint", "src/train"],
  ["src/correction", "src/report"],
  ["src/experiments", "src/store"],
  ["src/service"],
  ["src/browser", "src/cli", "routes"],
  ["mod.ts"],
];

const LONGEST = 250;

const files = filesUnder();
const modules = files.filter((path) =>
  /^(src\/|routes\/|mod\.ts$).*$/.test(path) && path.endsWith(".ts")
);
const compiled = (path: string) => path.startsWith("src/kernels/assembly/");
const hosted = modules.filter((path) => !compiled(path));
const imports = hosted.flatMap((path) => importsOf(path, textOf(path)));

/** The part of the layout that a file belongs to, and its rank from 0; −1 for none. */
function placeOf(path: string): { part: string; rank: number } {
  const part = path.startsWith("src/")
    ? path.split("/", 2).join("/")
    : path.split("/", 1)[0]!;
  return { part, rank: RANKS.findIndex((parts) => parts.includes(part)) };
}

const isFile = (to: string) => files.includes(to);

/** Whether an import goes to its own part, or to one further down. */
function pointsDown({ from, to }: Import): boolean {
  const [upper, lower] = [placeOf(from), placeOf(to)];
  return upper.part === lower.part || upper.rank > lower.rank;
}

Deno.test("every module has a rank", () => {
  assertEquals(modules.filter((path) => placeOf(path).rank < 0), []);
});

Deno.test("imports only point down", () => {
  const between = imports.filter(({ to }) => isFile(to) && to !== "deno.json");
  assert(between.length > 100);
  assertEquals(between.filter((each) => !pointsDown(each)), []);
});

Deno.test("no files import each other in a circle, types included", () => {
  const inside = imports.filter(({ from, to }) =>
    isFile(to) && placeOf(from).part === placeOf(to).part
  );
  const targets = Map.groupBy(inside, ({ from }) => from);
  const circles = [...targets.keys()].filter((path) =>
    reach(targets.get(path)!.map(({ to }) => to), inside).has(path)
  );
  assertEquals(circles, []);
});

Deno.test("an import that points up, or across, is found", () => {
  const wrong = (from: string, specifier: string) => {
    const [found] = importsOf(from, `import { a } from "${specifier}";\n`);
    return found !== undefined && !pointsDown(found);
  };
  assert(wrong("src/nn/a.ts", "../model/b.ts"));
  assert(wrong("src/nn/a.ts", "../optim/b.ts"));
  assert(wrong("src/store/a.ts", "../../routes/b.ts"));
  assert(wrong("src/errors.ts", "./kernels/b.ts"));
  assert(!wrong("src/model/a.ts", "../nn/b.ts"));
  assert(!wrong("src/nn/a.ts", "./b.ts"));
});

Deno.test("all ways to import are seen", () => {
  const source = `
import { a } from "./a.ts";
import {
  b,
} from "./b.ts";
import "./c.ts";
export { d } from "../d.ts";
const e = await import("./e.ts");
const f = new Worker(new URL("./f.ts", import.meta.url));
import type { G } from "g";
/** import { h } from "./h.ts"; */
// import "./i.ts";
export const j = "./j.ts";
`;
  assertEquals(
    importsOf("src/x/y.ts", source).map(({ to }) => to).sort(),
    ["a", "b", "c", "e", "f"].map((name) => `src/x/${name}.ts`)
      .concat("src/d.ts", "g").sort(),
  );
});

Deno.test("every import of a file finds it", () => {
  const missing = imports.filter(({ to }) =>
    to.endsWith(".ts") && !to.includes(":") && !isFile(to)
  );
  assertEquals(missing, []);
});

Deno.test("no module is left that neither the server nor a task reaches", () => {
  const commands = Object.values(config.tasks).map((task) =>
    typeof task === "string" ? task : task.command
  );
  const programs =
    commands.join(" ").match(/\b(src|routes|tests)\/[\w/]+\.ts\b/g) ??
      [];
  const bench = files.filter((path) => path.startsWith("tests/bench/"))
    .flatMap((path) => importsOf(path, textOf(path)));
  const reached = reach(["mod.ts", ...programs], [...imports, ...bench]);
  // The import map that resolve.ts writes is what reaches the stand-ins.
  const expected = hosted.filter((path) => !path.startsWith("src/cli/std/"));
  assertEquals(expected.filter((path) => !reached.has(path)), []);
});

Deno.test("nothing that the server loads awaits as it is loaded", () => {
  // Deno 2.9 ends the process where a module that does is imported twice meanwhile.
  const awaits = (source: string) =>
    /^(?:(?:export )?(?:const|let) [^=\n]*= *)?await\b/m
      .test(withoutComments(source));
  assert(awaits('export const a = await import("./a.ts");\n'));
  assert(awaits("await a();\n"));
  assert(!awaits("async function a() {\n  await b();\n}\n"));
  const loaded = [...reach(["mod.ts"], imports)].filter((path) =>
    hosted.includes(path)
  );
  assert(loaded.length > 60);
  assertEquals(loaded.filter((path) => awaits(textOf(path))), []);
});

Deno.test("the server imports Hono, the image decoders, a parser of forms, schemas and their page, what the page packs files with, telemetry, a PostgreSQL client and nothing else", () => {
  const packages = [...reach(["mod.ts"], imports)]
    .filter((to) => !isFile(to) && !to.startsWith("node:"))
    .map((specifier) => specifier.match(/^(@[^/]+\/)?[^/]+/)?.[0]);
  assertEquals(
    [...new Set(packages)].sort(),
    [
      "@jsquash/jpeg",
      "@jsquash/webp",
      "@opentelemetry/api",
      "@remix-run/multipart-parser",
      "@valibot/to-json-schema",
      "client-zip",
      "hono",
      "imagescript",
      "jpeg-js",
      "postgres",
      "swagger-ui-dist",
      "valibot",
    ],
  );
});

const CONFINED: [what: string, pattern: RegExp, where: RegExp][] = [
  ["Hono", /"(npm:)?@?hono\b/, /^(routes\/|mod\.ts$)/],
  ["Deno KV", /\bDeno\.(openKv|Kv\b)/, /^src\/store\//],
  ["@std", /"(jsr:)?@std\//, /^src\/cli\//],
  [
    "the command line",
    /\bDeno\.args\b/,
    /^(src\/(cli|(browser|kernels)\/build)|routes\/start\.ts)/,
  ],
  [
    "what varies between engines",
    /\bMath\.(a?(cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|pow|random)\b/,
    /^$/,
  ],
];

for (const [what, pattern, where] of CONFINED) {
  Deno.test(`${what}: only where it belongs`, () => {
    const elsewhere = hosted.filter((path) =>
      !where.test(path) && pattern.test(withoutComments(textOf(path)))
    );
    assertEquals(elsewhere, []);
  });
}

Deno.test(`no module has more than ${LONGEST} lines of code`, () => {
  const long = hosted
    .map((path) => [path, linesOfCode(textOf(path))] as const)
    .filter(([, lines]) => lines > LONGEST);
  assertEquals(long, []);
});

function linesOfCode(source: string): number {
  return withoutComments(source).split("\n")
    .filter((line) => line.trim() !== "").length;
}

Deno.test("no module is a drawer for odds and ends", () => {
  const names = /(^|\/)(utils?|helpers?|misc|common|shared)\.ts$/;
  assertEquals(modules.filter((path) => names.test(path)), []);
});

Deno.test("no file names a package registry's host, or a place on one machine", () => {
  // Put together here, so that this file is not one of them.
  const hosts = ["registry.npmjs", "jsr", "npm.jsr", "esm", "unpkg"]
    .map((name, i) => `${name}.${["org", "io", "io", "sh", "com"][i]}`);
  const places = ["home", "root", "Users", "work"].map((name) => `/${name}/`);
  const starts = `(^|[\\s"'\`(=])(file://)?`;
  const pattern = new RegExp(
    `\\b(${hosts.join("|").replaceAll(".", "\\.")})\\b|${starts}(${
      places.join("|")
    })`,
    "m",
  );
  assert(pattern.test(`at https://${hosts[0]}/a`));
  assert(pattern.test(`cd ${places[0]}me`));
  const text = /\.(css|html|js|json|lock|md|svg|ts|ya?ml)$|^\.ci\/|^\.git/;
  const naming = files.filter((path) => text.test(path))
    .filter((path) => pattern.test(textOf(path)));
  assertEquals(naming, []);
});
