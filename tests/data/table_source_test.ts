import { assertEquals, assertRejects } from "@std/assert";
import { type TableOptions, tableSource } from "../../src/data/table_source.ts";
import { DataError } from "../../src/errors.ts";
import { withFolder } from "./images.ts";

const FILES = ["b.jpg", "a/1.png", "a/2.png"];

/** The source of a folder with empty files and a table of this text. */
async function sourceOf(
  text: string,
  options?: TableOptions,
  files: string[] = FILES,
) {
  let source: Awaited<ReturnType<typeof tableSource>> | undefined;
  const bytes = new TextEncoder().encode(text);
  const empty = files.map((file) => [file, new Uint8Array()]);
  await withFolder(
    { ...Object.fromEntries(empty), "labels.csv": bytes },
    async (at) => {
      source = await tableSource(at, `${at}/labels.csv`, options);
      for (const { origin } of source.entries) {
        if (origin.kind === "file") await Deno.stat(origin.path);
      }
    },
  );
  return source!;
}

async function refuses(text: string, message: string, options?: TableOptions) {
  await assertRejects(() => sourceOf(text, options), DataError, message);
}

Deno.test("each row labels an image, in the order of the images' names", async () => {
  const { heads, entries, warnings } = await sourceOf(`file,room,broken,price
b.jpg,hall,yes,2.5
./a//2.png,attic,,
a/../a/1.png,,no,3
`);
  assertEquals(heads.map(({ name, kind }) => [name, kind]), [
    ["room", "classes"],
    ["broken", "binary"],
    ["price", "number"],
  ]);
  assertEquals(entries.map(({ id, labels }) => [id, ...labels]), [
    ["a/1.png", NaN, 0, 3],
    ["a/2.png", 0, NaN, NaN],
    ["b.jpg", 1, 1, 2.5],
  ]);
  assertEquals(warnings, []);
});

Deno.test("names are one in every Unicode form", async () => {
  const { entries } = await sourceOf(
    "file,room\ncaf\u00e9.jpg,hall\n",
    {},
    ["cafe\u0301.jpg"],
  );
  assertEquals(entries.map(({ id }) => id), ["caf\u00e9.jpg"]);
});

Deno.test("images that the table does not name are counted", async () => {
  const { entries, warnings } = await sourceOf("file,room\nb.jpg,hall\n");
  assertEquals(entries.length, 1);
  assertEquals(warnings, [
    'Images that the table does not name, left out: 2, the first is "a/1.png".',
  ]);
});

Deno.test("a row that names no image of its own is refused by line", async () => {
  const rows = [
    ["c.jpg", 'a file that is there, got "c.jpg"'],
    ["B.JPG", 'a file that is there, got "B.JPG", while there is "b.jpg"'],
    ["a", 'a file that is there, got "a"'],
    ["../b.jpg", 'a path inside the data folder, got "../b.jpg"'],
    ["a/../../b.jpg", 'a path inside the data folder, got "a/../../b.jpg"'],
    [
      "/etc/passwd",
      'a relative path inside the data folder, got "/etc/passwd"',
    ],
    [
      "A\\1.png",
      'a file that is there, got "A\\\\1.png", while there is "a/1.png"',
    ],
    ["./a/1.png", 'each file once, and line 2 has it, got "./a/1.png"'],
  ] as const;
  for (const [file, message] of rows) {
    await refuses(
      `file,room\na/1.png,hall\n${file},attic\n`,
      `line 3, column "file": expected ${message}`,
    );
  }
});

Deno.test("a cell that its head cannot read is refused by line and column", async () => {
  await refuses(
    "file,price,broken\nb.jpg,1,no\na/1.png,cheap,yes\n",
    'labels.csv", line 3, column "price": expected a number in EUR, got "cheap"',
    { declared: new Map([["price", { kind: "number", unit: "EUR" }]]) },
  );
  await refuses(
    "file,broken\nb.jpg,perhaps\n",
    'line 2, column "broken": expected true or false, got "perhaps"',
    { declared: new Map([["broken", { kind: "binary" }]]) },
  );
});

Deno.test("columns that are nearly numbers are warned of, unless they are declared classes", async () => {
  const cells = [
    ['"1,5"', "1", "1", "a", "1"],
    ["2", '"1,000"', "2", "2", "2"],
    ["", "3", "NaN", "3", "3"],
    ["4", '"1,000,000"', "4", "4b", "4"],
    ["5", "5", "5", "5", "5"],
    ["6", "6", "6", "6", "1e400"],
  ];
  const names = ["price", "people", "age", "code", "mass"];
  const table = [
    ["file", ...names],
    ...cells.map((row, i) => [`${i}.jpg`, ...row]),
  ].map((row) => row.join(",")).join("\n");
  const files = Object.fromEntries(
    cells.map((_, i) => [`${i}.jpg`, new Uint8Array()]),
  );
  await withFolder(
    { ...files, "labels.csv": new TextEncoder().encode(table) },
    async (at) => {
      const comma = (name: string) =>
        `Numbers with a comma, taken for classes: ${name}. Write decimals with a point, and thousands without a comma.`;
      const mostly = (name: string, line: number, cell: string) =>
        `Mostly numbers, taken for classes: ${name}, of which line ${line} has "${cell}". If numbers are meant, correct it, or leave it empty.`;
      const { warnings } = await tableSource(at, `${at}/labels.csv`);
      assertEquals(warnings, [
        comma("price"),
        comma("people"),
        mostly("age", 4, "NaN"),
        mostly("mass", 7, "1e400"),
      ]);
      const declared = new Map(
        names.map((name) => [name, { kind: "classes" as const }]),
      );
      const quiet = await tableSource(at, `${at}/labels.csv`, { declared });
      assertEquals(quiet.warnings, []);
    },
  );
});

Deno.test("a table is read as a model knows its columns", async () => {
  const options: TableOptions = {
    heads: [
      { name: "room", kind: "classes", labels: ["kitchen", "hall", "attic"] },
      { name: "age", kind: "number", mean: 3, standardDeviation: 2 },
    ],
  };
  const { heads, entries, warnings } = await sourceOf(
    "file,price,room\nb.jpg,1,hall\na/1.png,2,attic\na/2.png,3,\n",
    options,
  );
  assertEquals(heads, [options.heads![0]!]);
  assertEquals(entries.map(({ labels }) => labels), [[2], [NaN], [1]]);
  assertEquals(warnings, [
    "Columns that the model has no head for, left out: price.",
  ]);
  await refuses(
    "file,room\nb.jpg,cellar\n",
    'line 2, column "room": expected one of kitchen, hall, attic, got "cellar"',
    options,
  );
  await refuses(
    "file,price\nb.jpg,1\n",
    "line 1: expected a column of room, age, got price",
    options,
  );
});

Deno.test("a table that cannot be read is refused", () =>
  withFolder({ "a.jpg": new Uint8Array() }, async (at) => {
    await assertRejects(
      () => tableSource(at, `${at}/none.csv`),
      DataError,
      `Cannot read the table "${at}/none.csv"`,
    );
  }));
