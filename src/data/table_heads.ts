/** The heads that a table's columns stand for. @module */

import { type HeadSpec, kindOf, nameFault } from "../heads/kinds.ts";
import { someNames } from "./label_warnings.ts";
import { quoted, type Table, tableError } from "./table.ts";

/** The kind of a column, as a person declares it. */
export interface DeclaredHead {
  readonly kind: HeadSpec["kind"];
  /** Of numbers. */
  readonly unit?: string;
}

/** Makes a head of a kind; classes are the texts that there are, sorted. */
const MAKERS: {
  readonly [K in HeadSpec["kind"]]: (
    name: string,
    texts: readonly string[],
    unit?: string,
  ) => HeadSpec;
} = {
  binary: (name) => ({ name, kind: "binary" }),
  number: (name, _, unit) => ({
    name,
    kind: "number",
    ...(unit !== undefined && { unit }),
    mean: 0,
    standardDeviation: 1,
  }),
  classes: (name, texts) => ({ name, kind: "classes", labels: [...texts] }),
};

/** The first kind that can read all texts is taken; classes can read any. */
const GUESSES: readonly HeadSpec["kind"][] = ["binary", "number", "classes"];

/**
 * A head for each column: of the kind that `declared` says, or else binary if all
 * its cells are words for yes and no, a number if all are numbers, or classes.
 *
 * @throws {DataError} If a column's heading is no name for a head or stands there
 * twice, its cells are all empty, or there is none for a head that is declared.
 */
export function headsOfTable(
  table: Table,
  declared: ReadonlyMap<string, DeclaredHead>,
): HeadSpec[] {
  checkNames(table);
  checkDeclared(table, [...declared.keys()]);
  return table.columns.map((name, column) => {
    const texts = table.rows.map(({ cells }) => cells[column]!)
      .filter((text) => text !== "");
    if (texts.length === 0) {
      throw tableError(
        table.name,
        1,
        name,
        "a label in at least one row",
        "none",
      );
    }
    const distinct = [...new Set(texts)].sort();
    const { kind = guess(name, distinct), unit } = declared.get(name) ?? {};
    return MAKERS[kind](name, distinct, unit);
  });
}

function checkNames({ name, columns }: Table): void {
  columns.forEach((heading, column) => {
    const fault = nameFault(heading) ??
      (columns.indexOf(heading) < column ? "another name" : undefined);
    if (fault !== undefined) {
      throw tableError(name, 1, column + 2, fault, quoted(heading));
    }
  });
  if (columns.length === 0) {
    throw tableError(
      name,
      1,
      undefined,
      "a column of labels behind the files",
      "none",
    );
  }
}

function checkDeclared(
  { name, columns }: Table,
  declared: readonly string[],
): void {
  const missing = declared.find((heading) => !columns.includes(heading));
  if (missing === undefined) return;
  const got = columns.join(", ");
  throw tableError(name, 1, undefined, `a column "${missing}"`, got);
}

function guess(name: string, texts: readonly string[]): HeadSpec["kind"] {
  return GUESSES.find((kind) => {
    const head = MAKERS[kind](name, texts);
    return texts.every((text) => kindOf(head).parse(head, text) !== undefined);
  })!;
}

/** A list of labels is cut behind so many characters. */
const LONGEST_LIST = 1000;

/** The labels that a head has, for messages; of very many, the first. */
export function expectedInWords(head: HeadSpec): string {
  const text = kindOf(head).expected(head);
  return text.length > LONGEST_LIST ? `${text.slice(0, LONGEST_LIST)}…` : text;
}

/** Says what a head was taken for, such as `price: number in EUR`. */
export function headInWords(head: HeadSpec): string {
  const groups = kindOf(head).groups(head);
  const classes = groups.length === 0 ? "" : ` (${someNames(groups)})`;
  const unit = "unit" in head ? ` in ${head.unit}` : "";
  return `${head.name}: ${head.kind}${classes}${unit}`;
}
