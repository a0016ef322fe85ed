import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseFlags, UsageError } from "../../src/cli/flags.ts";
import {
  SOURCE_FLAGS,
  sourceOf,
  type SourceOptions,
} from "../../src/cli/source.ts";
import { DataError } from "../../src/errors.ts";
import { withFolder } from "../data/images.ts";

function flagsOf(...args: string[]) {
  const command = { name: "x", operands: "", summary: "", flags: SOURCE_FLAGS };
  return parseFlags(command, args);
}

/** The source, and what was said on stderr. */
async function opened(args: string[], options: SourceOptions = {}) {
  const said: string[] = [];
  const { error } = console;
  console.error = (line: string) => said.push(line);
  try {
    return { ...await sourceOf(flagsOf(...args), options), said };
  } finally {
    console.error = error;
  }
}

async function headsOf(args: string[], options: SourceOptions = {}) {
  const { heads } = await opened(args, options);
  return heads.map(({ name, kind }) => `${name}:${kind}`);
}

const TABLE = "file,room,price\nmug/a.jpg,hall,2\npen/a.jpg,attic,3\n";

/** Runs `use` with a folder of two items, and of a table where there is a text. */
function withData(
  table: string | undefined,
  use: (at: string) => Promise<void>,
): Promise<void> {
  return withFolder({
    "mug/a.jpg": new Uint8Array(),
    "pen/a.jpg": new Uint8Array(),
    ...(table !== undefined &&
      { "labels.csv": new TextEncoder().encode(table) }),
  }, use);
}

Deno.test("without flags there are sketches of two heads, and as many as are asked for", async () => {
  assertEquals(await headsOf([]), ["domain:classes", "item:classes"]);
  assertEquals(await headsOf(["--heads", "all"]), [
    "domain:classes",
    "item:classes",
    "turn:number",
    "shaded:binary",
  ]);
  assertEquals(await headsOf(["--heads", "shaded,item"]), [
    "item:classes",
    "shaded:binary",
  ]);
  assertEquals(await headsOf(["--heads", "shaded", "--heads=turn"]), [
    "turn:number",
    "shaded:binary",
  ]);
  await assertRejects(
    () => opened(["--heads", "turn,price"]),
    UsageError,
    'expected "all" or some of domain, item, turn, shaded, got "price"',
  );
});

Deno.test("a folder is read by its folders, or by the table in it", async () => {
  await withData(undefined, async (at) => {
    const { said, entries } = await opened(["--data", at]);
    assertEquals(entries.length, 2);
    assertEquals(said, []);
    assertEquals(await headsOf(["--data", at]), ["item:classes"]);
  });
  await withData(TABLE, async (at) => {
    const { said } = await opened(["--data", at]);
    assertEquals(said, [
      `Labels of ${at}/labels.csv: room: classes (attic, hall); price: number.`,
    ]);
    assertEquals(await headsOf(["--data", at]), [
      "room:classes",
      "price:number",
    ]);
    assertEquals(await headsOf(["--data", at, "--heads", "price"]), [
      "price:number",
    ]);
  });
});

Deno.test("a table may lie elsewhere, or be all that is named", () =>
  withData(TABLE, async (at) => {
    assertEquals((await headsOf(["--labels", `${at}/labels.csv`])).length, 2);
    await Deno.mkdir(`${at}/tables`);
    await Deno.rename(`${at}/labels.csv`, `${at}/tables/mine.csv`);
    const args = ["--data", at, "--labels", `${at}/tables/mine.csv`];
    assertEquals(await headsOf(args), ["room:classes", "price:number"]);
    await assertRejects(
      () => opened(args.slice(2)),
      DataError,
      'line 2, column "file": expected a file that is there',
    );
  }));

Deno.test("kinds are set by --head, several at once or one by one", () =>
  withData(TABLE, async (at) => {
    const { heads, said } = await opened([
      "--data",
      at,
      "--head",
      "price:number:EUR,room:classes",
    ]);
    assertEquals("unit" in heads[1]! && heads[1].unit, "EUR");
    assertStringIncludes(said[0]!, "price: number in EUR");
    assertEquals(
      await headsOf([
        "--data",
        at,
        "--head=price:classes",
        "--head=room:classes",
      ]),
      ["room:classes", "price:classes"],
    );
  }));

Deno.test("a --head that says nothing of a column is refused", async () => {
  const cases = [
    ["price", "expected NAME:KIND with a kind of classes, binary, number"],
    ["price:float", 'got "price:float"'],
    [":number", 'got ":number"'],
    ["price:binary:EUR", "expected a unit behind number: only"],
    ["price:number:", "expected a unit behind number: only"],
  ] as const;
  await withData(TABLE, async (at) => {
    for (const [text, message] of cases) {
      await assertRejects(
        () => opened(["--data", at, "--head", text]),
        UsageError,
        message,
      );
    }
  });
  await withData(undefined, async (at) => {
    await assertRejects(
      () => opened(["--data", at, "--head", "price:number"]),
      UsageError,
      `expected a table of labels, got no labels.csv in ${at}`,
    );
  });
  await assertRejects(
    () => opened(["--head", "price:number"]),
    UsageError,
    "expected a table of labels, got none",
  );
  assertThrows(
    () => flagsOf("--head", "a:number,,b:number"),
    UsageError,
    "Cannot read --head: expected NAME:KIND, got nothing",
  );
});

Deno.test("labels are read as a model knows them", () =>
  withData(TABLE, async (at) => {
    const heads = [
      { name: "room", kind: "classes", labels: ["hall", "attic"] } as const,
    ];
    const source = await opened(["--data", at], { heads });
    assertEquals(source.heads, heads);
    assertEquals(source.entries.map(({ labels }) => labels), [[0], [1]]);
    assertEquals(await headsOf(["--data", at, "--heads", "all"], { heads }), [
      "room:classes",
    ]);
    await assertRejects(
      () => opened(["--data", at, "--heads", "price"], { heads }),
      UsageError,
      'expected "all" or some of room, got "price"',
    );
    await assertRejects(
      () => opened([], { heads }),
      DataError,
      "expected labels for room, got some for domain, item, turn, shaded",
    );
  }));
