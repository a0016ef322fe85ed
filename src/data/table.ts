/**
 * Reads tables of labels: CSV text (RFC 4180) whose first column names files and
 * whose further columns are heads. Commas, semicolons or tabs stand between cells;
 * the first of them after the word "file" says which.
 *
 * @module
 */

import { CsvError, parse } from "csv-parse/sync";
import { DataError } from "../errors.ts";

/** The heading of the first column. */
const FILE = "file";
const LONGEST_SHOWN = 60;

/** A table of text. */
export interface Table {
  /** The table's file, for messages. */
  readonly name: string;
  /** Headings of the columns behind the first. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** One row of a table. */
export interface TableRow {
  /** The line that it begins on, from 1. */
  readonly line: number;
  readonly file: string;
  /** One for each of {@linkcode Table.columns}; empty where nothing is known. */
  readonly cells: readonly string[];
}

/** A place in a table that is not as it has to be. */
export function tableError(
  name: string,
  line: number,
  column: string | number | undefined,
  expected: string,
  got: string,
): DataError {
  const place = typeof column === "string" ? `"${column}"` : column;
  const where = `line ${line}${place === undefined ? "" : `, column ${place}`}`;
  return new DataError(
    `Cannot read "${name}", ${where}: expected ${expected}, got ${got}`,
  );
}

/** A cell's text for messages, cut where it is long. */
export function quoted(text: string): string {
  const short = text.length > LONGEST_SHOWN
    ? `${text.slice(0, LONGEST_SHOWN)}…`
    : text;
  return JSON.stringify(short);
}

/**
 * Reads a table from the bytes of its file `name`. Cells are trimmed and in NFC;
 * rows and last columns without any text, which spreadsheets write, are left out.
 *
 * @throws {DataError} If the bytes are not UTF-8 or not CSV, a row has another
 * number of cells than the heading, the first column is not headed "file" or one
 * of its cells is empty.
 */
export function parseTable(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Table {
  const text = decode(bytes, name);
  const [heading, ...records] = withoutBlankColumns(readRecords(text, name));
  if (heading?.cells[0] !== FILE) {
    throw tableError(
      name,
      heading?.line ?? 1,
      1,
      `the heading "${FILE}", and behind it a column for each head`,
      heading === undefined ? "no text" : quoted(heading.cells[0] ?? ""),
    );
  }
  if (records.length === 0) {
    throw tableError(name, heading.line + 1, undefined, "images", "none");
  }
  const width = heading.cells.length;
  const rows = records.map(({ line, cells: [file, ...cells] }): TableRow => {
    if (1 + cells.length !== width) {
      const got = `${1 + cells.length}`;
      throw tableError(name, line, undefined, `${width} cells`, got);
    }
    if (file === "" || file === undefined) {
      throw tableError(name, line, FILE, "the path of an image", "nothing");
    }
    return { line, file, cells };
  });
  return { name, columns: heading.cells.slice(1), rows };
}

/** The text, with one kind of line ends: the parser counts "\r\n" in quotes twice. */
function decode(bytes: Uint8Array, name: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.replaceAll(/\r\n?/g, "\n");
  } catch (error) {
    throw new DataError(
      `Cannot read "${name}": expected text in UTF-8, got other bytes; save the table as "CSV UTF-8"`,
      { cause: error },
    );
  }
}

/** A row, the heading among them, and the line it begins on. */
interface TextRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The rows without the columns behind the last that has any text. */
function withoutBlankColumns(records: readonly TextRecord[]): TextRecord[] {
  let width = 0;
  for (const { cells } of records) {
    width = Math.max(width, 1 + cells.findLastIndex((cell) => cell !== ""));
  }
  return records.map((record) => ({
    ...record,
    cells: record.cells.slice(0, width),
  }));
}

/** The rows of a text. */
function readRecords(text: string, name: string): TextRecord[] {
  const delimiter = /^"?file"?\s*?([,;\t])/.exec(text)?.[1] ?? ",";
  try {
    const records = parse(text, {
      delimiter,
      record_delimiter: "\n",
      info: true,
      relax_column_count: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({
      line: info.lines - linesOf(record.join("")) + 1,
      cells: record.map((cell) => cell.normalize("NFC")),
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw csvFault(error, text, name);
  }
}

/** Says what is wrong with quotes, which is all that can be wrong with CSV here. */
function csvFault(error: CsvError, text: string, name: string): DataError {
  const { code, lines, bytes, column } = error as
    & CsvError
    & Record<"lines" | "bytes" | "column", number>;
  if (code !== "CSV_QUOTE_NOT_CLOSED") {
    return tableError(
      name,
      lines,
      column + 1,
      'a cell that is quoted from end to end, with "" for a quote in it',
      "a quote in its middle",
    );
  }
  const read = new TextEncoder().encode(text).subarray(0, bytes);
  const line = linesOf(new TextDecoder().decode(read));
  return tableError(name, line, column + 1, "a quote to end it", "none");
}

/** Counts the lines of a text. */
function linesOf(text: string): number {
  return text.split("\n").length;
}
