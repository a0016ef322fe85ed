/**
 * Images labelled by a table: a file in each row, a head in each column, and an empty
 * cell for an unknown label.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import { UNKNOWN } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { isImageName } from "./file_types.ts";
import { listingWarnings } from "./folder_warnings.ts";
import { someNames } from "./label_warnings.ts";
import { type FoundFile, listFolder, type Listing } from "./listing.ts";
import type { Source, SourceEntry } from "./source.ts";
import {
  parseTable,
  quoted,
  type Table,
  tableError,
  type TableRow,
} from "./table.ts";
import {
  type DeclaredHead,
  expectedInWords,
  headsOfTable,
} from "./table_heads.ts";

/** The table that a data folder may hold. */
export const TABLE_NAME = "labels.csv";

/** The columns of a table, as far as they are known beforehand. */
export interface TableOptions {
  /** Kinds of columns, by their headings. Others are inferred from their cells. */
  readonly declared?: ReadonlyMap<string, DeclaredHead>;
  /** The heads of a model: columns are read as it reads them, others left out. */
  readonly heads?: readonly HeadSpec[];
}

/**
 * The images of `directory` that a table names, in the order of their names,
 * whatever that of the rows.
 *
 * @throws {DataError} If the folder or the table cannot be read, or a row names no
 * file in the folder or one that another row names, or has a cell that its head
 * cannot read. The message says which line and column.
 */
export async function tableSource(
  directory: string,
  tablePath: string,
  { declared = new Map(), heads: known }: TableOptions = {},
): Promise<Source> {
  const table = parseTable(await readTable(tablePath), tablePath);
  const listing = await listFolder(directory);
  const own = headsOfTable(table, declared);
  const heads = known === undefined
    ? own
    : own.flatMap(({ name }) => known.filter((head) => head.name === name));
  if (heads.length === 0) {
    const names = known!.map(({ name }) => name).join(", ");
    const got = table.columns.join(", ");
    throw tableError(table.name, 1, undefined, `a column of ${names}`, got);
  }
  const files = filesOf(table, listing);
  const entries = table.rows.map((row, r): SourceEntry => ({
    id: files[r]!.names.join("/"),
    labels: heads.map((head) => labelOf(table, row, head)),
    origin: { kind: "file", path: `${directory}/${files[r]!.path}` },
  })).sort((a, b) => a.id < b.id ? -1 : 1);
  return {
    heads,
    entries,
    warnings: [
      ...(known === undefined
        ? nearNumberWarnings(table, heads, declared)
        : []),
      ...unusedColumnWarnings(own, heads),
      ...unnamedWarnings(listing, files),
      ...listingWarnings(listing),
    ],
  };
}

async function readTable(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "expected a file, found nothing there"
      : (error as Error).message;
    throw new DataError(`Cannot read the table "${path}": ${reason}`, {
      cause: error,
    });
  }
}

/** The file that each row names, each a different one. */
function filesOf(table: Table, { files }: Listing): FoundFile[] {
  const byName = new Map(files.map((file) => [file.names.join("/"), file]));
  const lines = new Map<string, number>();
  return table.rows.map(({ file, line }) => {
    const fail = (expected: string, got: string) =>
      tableError(table.name, line, "file", expected, got);
    const name = normalPath(file);
    if (name === undefined) {
      const relative = file.startsWith("/") ? "a relative path" : "a path";
      throw fail(`${relative} inside the data folder`, quoted(file));
    }
    const found = byName.get(name);
    if (found === undefined) {
      const meant = name.replaceAll("\\", "/").toLowerCase();
      const like = files.find(({ names }) =>
        names.join("/").toLowerCase() === meant
      );
      const hint = like && `, while there is ${quoted(like.names.join("/"))}`;
      throw fail("a file that is there", `${quoted(file)}${hint ?? ""}`);
    }
    const before = lines.get(name);
    if (before !== undefined) {
      throw fail(`each file once, and line ${before} has it`, quoted(file));
    }
    lines.set(name, line);
    return found;
  });
}

/** A relative path without `.` and `..`; undefined if it leads out of its folder. */
function normalPath(path: string): string | undefined {
  if (path.startsWith("/")) return undefined;
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names.join("/");
}

function labelOf(table: Table, row: TableRow, head: HeadSpec): number {
  const text = row.cells[table.columns.indexOf(head.name)]!;
  if (text === "") return UNKNOWN;
  const label = kindOf(head).parse(head, text);
  if (label !== undefined) return label;
  throw tableError(
    table.name,
    row.line,
    head.name,
    expectedInWords(head),
    quoted(text),
  );
}

/** Of the cells of a column, this share at least makes one who wrote them think of numbers. */
const MOSTLY = 0.8;

/** Names the columns that were taken for classes and are likely to be meant as numbers. */
function nearNumberWarnings(
  { columns, rows }: Table,
  heads: readonly HeadSpec[],
  declared: ReadonlyMap<string, DeclaredHead>,
): string[] {
  const guessed = heads.filter(({ name, kind }) =>
    kind === "classes" && !declared.has(name)
  );
  return guessed.flatMap(({ name }) => {
    const column = columns.indexOf(name);
    const cells = rows.map(({ line, cells }) => ({
      line,
      text: cells[column]!,
    }))
      .filter(({ text }) => text !== "");
    const others = cells.filter(({ text }) => !isNumber(text));
    const [first] = others;
    if (first === undefined) return []; // a model knows them as classes
    // As spreadsheets write them in many languages, or in thousands.
    if (others.every(({ text }) => /^[+-]?\d+(,\d+)+$/.test(text))) {
      return [
        `Numbers with a comma, taken for classes: ${name}. Write decimals with a point, and thousands without a comma.`,
      ];
    }
    if (cells.length - others.length < MOSTLY * cells.length) return [];
    return [
      `Mostly numbers, taken for classes: ${name}, of which line ${first.line} has ${
        quoted(first.text)
      }. If numbers are meant, correct it, or leave it empty.`,
    ];
  });
}

function isNumber(text: string): boolean {
  return Number.isFinite(Number(text));
}

function unusedColumnWarnings(
  own: readonly HeadSpec[],
  heads: readonly HeadSpec[],
): string[] {
  const unused = own.map(({ name }) => name)
    .filter((name) => !heads.some((head) => head.name === name));
  return unused.length === 0 ? [] : [
    `Columns that the model has no head for, left out: ${someNames(unused)}.`,
  ];
}

function unnamedWarnings(
  { files }: Listing,
  named: readonly FoundFile[],
): string[] {
  const used = new Set(named);
  const unnamed = files.filter((file) =>
    isImageName(file.names.at(-1)!) && !used.has(file)
  );
  return unnamed.length === 0 ? [] : [
    `Images that the table does not name, left out: ${unnamed.length}, the first is ${
      quoted(unnamed[0]!.names.join("/"))
    }.`,
  ];
}
