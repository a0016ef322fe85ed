import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseTable } from "../../src/data/table.ts";
import { headInWords, headsOfTable } from "../../src/data/table_heads.ts";
import { DataError } from "../../src/errors.ts";

function tableOf(text: string) {
  return parseTable(new TextEncoder().encode(text), "t.csv");
}

function headsOf(
  text: string,
  declared: Parameters<typeof headsOfTable>[1] = new Map(),
) {
  return headsOfTable(tableOf(text), declared);
}

function refuses(act: () => unknown, message: string) {
  assertThrows(act, DataError, `Cannot read "t.csv"${message}`);
}

Deno.test("the first column names files, the others are labels", () => {
  assertEquals(
    tableOf('file,room,price\n"a, b.jpg",attic,\n\nc.jpg, "the ""hall""" ,3\n'),
    {
      name: "t.csv",
      columns: ["room", "price"],
      rows: [
        { line: 2, file: "a, b.jpg", cells: ["attic", ""] },
        { line: 4, file: "c.jpg", cells: ['the "hall"', "3"] },
      ],
    },
  );
});

Deno.test("semicolons, tabs, a byte order mark and any line ends are read", () => {
  const plain = tableOf("file,room\na.jpg,attic\nb.jpg,hall\n");
  for (
    const text of [
      "file;room\na.jpg;attic\nb.jpg;hall",
      "file\troom\r\na.jpg\tattic\r\nb.jpg\thall\r\n",
      '\ufeff"file",room\ra.jpg,attic\rb.jpg,hall',
      "file,room\r\na.jpg,attic\nb.jpg,hall\n",
    ]
  ) {
    assertEquals(tableOf(text), plain);
  }
  assertEquals(
    tableOf("file;price\na.jpg;1,5\n").rows[0]!.cells,
    ["1,5"],
  );
});

Deno.test("rows and last columns that a spreadsheet left blank are no part of a table", () => {
  const { columns, rows } = tableOf(
    "file,room,,\na,attic,,\n,,,\nb,, ,\n\n,,,\n",
  );
  assertEquals(columns, ["room"]);
  assertEquals(rows, [
    { line: 2, file: "a", cells: ["attic"] },
    { line: 4, file: "b", cells: [""] },
  ]);
});

Deno.test("cells are in NFC", () =>
  assertEquals(tableOf("file,room\na,cafe\u0301\n").rows[0]!.cells, [
    "caf\u00e9",
  ]));

Deno.test("lines are counted where cells have several of them", () => {
  const { rows } = tableOf('file,note\na,"one\ntwo"\nb,"x\r\n\r\ny"\nc,z\n');
  assertEquals(rows.map(({ line }) => line), [2, 4, 7]);
});

Deno.test("whatever cells hold, a quoted table gives them back", () => {
  const cell = fc.string({ unit: "grapheme" }).map((text) =>
    text.replaceAll(/\r/g, "").normalize("NFC").trim()
  );
  const row = fc.tuple(cell.filter((text) => text !== ""), cell, cell);
  fc.assert(fc.property(fc.array(row, { minLength: 1 }), (rows) => {
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const lines = [["file", "a", "b"], ...rows]
      .map((row) => row.map(quote).join(","));
    const read = tableOf(lines.join("\r\n")).rows;
    assertEquals(read.map(({ file, cells }) => [file, ...cells]), rows);
  }));
});

Deno.test("a table that is no table is refused", () => {
  refuses(
    () => tableOf(""),
    ', line 1, column 1: expected the heading "file", and behind it a column for each head, got no text',
  );
  refuses(
    () => tableOf("name,room\na,b\n"),
    ', line 1, column 1: expected the heading "file"',
  );
  refuses(() => tableOf("file,room\n"), ", line 2: expected images, got none");
  refuses(
    () => parseTable(Uint8Array.of(0xff, 0xfe, 0x66, 0), "t.csv"),
    ": expected text in UTF-8, got other bytes",
  );
});

Deno.test("a wrong row is named by its line", () => {
  refuses(
    () => tableOf("file,room,price\na,attic,1\nb,hall\n"),
    ", line 3: expected 3 cells, got 2",
  );
  refuses(
    () => tableOf("file,room\na,attic\nb,hall,1\n"),
    ", line 3: expected 2 cells, got 3",
  );
  refuses(
    () => tableOf("file,room\na,attic\n,hall\n"),
    ', line 3, column "file": expected the path of an image, got nothing',
  );
});

Deno.test("a wrong quote is named by its line and column", () => {
  refuses(
    () => tableOf('file,room\na,attic\nb,"hall\nc,hall\n'),
    ", line 3, column 2: expected a quote to end it, got none",
  );
  refuses(
    () => tableOf('file,room\na,at"tic\n'),
    ", line 2, column 2: expected a cell that is quoted from end to end",
  );
  refuses(
    () => tableOf('file,room\na,"at"tic\n'),
    ", line 2, column 2: expected a cell that is quoted from end to end",
  );
});

Deno.test("kinds are told by the cells", () => {
  const text = `file,a,b,c,d,e,f
1.jpg,yes,0,1.5,mug,1,true
2.jpg,No,1,-2e3,pen,2,
3.jpg,,1,7,mug,3,mug
`;
  assertEquals(headsOf(text), [
    { name: "a", kind: "binary" },
    { name: "b", kind: "binary" },
    { name: "c", kind: "number", mean: 0, standardDeviation: 1 },
    { name: "d", kind: "classes", labels: ["mug", "pen"] },
    { name: "e", kind: "number", mean: 0, standardDeviation: 1 },
    { name: "f", kind: "classes", labels: ["mug", "true"] },
  ]);
  assertEquals(headsOf(text).map(headInWords), [
    "a: binary (false, true)",
    "b: binary (false, true)",
    "c: number",
    "d: classes (mug, pen)",
    "e: number",
    "f: classes (mug, true)",
  ]);
});

Deno.test("kinds may be declared", () => {
  const heads = headsOf(
    "file,code,price\na,7,1\nb,12,0\n",
    new Map([
      ["code", { kind: "classes" }],
      ["price", { kind: "number", unit: "EUR" }],
    ]),
  );
  assertEquals(heads, [
    { name: "code", kind: "classes", labels: ["12", "7"] },
    {
      name: "price",
      kind: "number",
      unit: "EUR",
      mean: 0,
      standardDeviation: 1,
    },
  ]);
  assertEquals(headInWords(heads[1]!), "price: number in EUR");
});

Deno.test("columns that cannot be heads are refused", () => {
  const names = [
    [
      "my price",
      'a name of 1 to 64 letters, digits, "_" or "-", got "my price"',
    ],
    ["", 'a name of 1 to 64 letters, digits, "_" or "-", got ""'],
    ["id", 'a name other than id, got "id"'],
    ["room", 'another name, got "room"'],
  ] as const;
  for (const [name, message] of names) {
    refuses(
      () => headsOf(`file,room,${name}\na,attic,1\n`),
      `, line 1, column 3: expected ${message}`,
    );
  }
  refuses(
    () => headsOf("file\na\n"),
    ", line 1: expected a column of labels behind the files, got none",
  );
  refuses(
    () => headsOf("file,room,price\na,attic,\nb,hall,\n"),
    ', line 1, column "price": expected a label in at least one row, got none',
  );
  refuses(
    () =>
      headsOf("file,room\na,attic\n", new Map([["price", { kind: "number" }]])),
    ', line 1: expected a column "price", got room',
  );
});

Deno.test("long cells are cut in messages", () =>
  refuses(
    () => headsOf(`file,${"x".repeat(5000)}\na,attic\n`),
    `, line 1, column 2: expected a name of 1 to 64 letters, digits, "_" or "-", got "${
      "x".repeat(60)
    }…"`,
  ));
