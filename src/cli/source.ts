/** The source of a command's labelled images: a folder, a table, or the built-in sketches. @module */

import { dirname } from "node:path";
import { folderSource } from "../data/folder.ts";
import { pickHeads, type Source } from "../data/source.ts";
import {
  SKETCH_HEADS,
  sketchSource,
  USUAL_SKETCH_HEADS,
} from "../data/sketch_source.ts";
import { type DeclaredHead, headInWords } from "../data/table_heads.ts";
import { TABLE_NAME, tableSource } from "../data/table_source.ts";
import { type HeadSpec, KIND_NAMES } from "../heads/kinds.ts";
import { type Flag, type Flags, UsageError } from "./flags.ts";
import { inOneLine } from "./stderr.ts";

/** Flags that select the images and their labels. */
export const SOURCE_FLAGS: Readonly<Record<string, Flag>> = {
  data: {
    value: "DIR",
    help:
      `Images as DIR/<item>/* or DIR/<domain>/<item>/*, or with DIR/${TABLE_NAME}.`,
  },
  labels: {
    value: "FILE",
    help: "A table of labels (CSV): a file in each row, a head in each column.",
  },
  head: {
    value: "NAME:KIND",
    help: `Kind of a column: ${KIND_NAMES.join(", ")} or number:UNIT.`,
    several: true,
  },
  heads: {
    value: "NAME,NAME",
    help: `Heads to use, or "all" (of the sketches ${
      SKETCH_HEADS.map(({ name }) => name).join(", ")
    }).`,
    several: true,
  },
};

/** The built-in sketches make a model that knows nothing of photographs. */
const SKETCH_NOTICE =
  "Training on the built-in sketches; for your own photographs name their folder with --data DIR.";

/** The use of a source. */
export interface SourceOptions {
  /** True if labels must differ, as is the default. */
  readonly forTraining?: boolean;
  /** The heads of a model: labels are read as it knows them, others left out. */
  readonly heads?: readonly HeadSpec[];
}

/**
 * The labelled images that the flags name.
 *
 * @throws {DataError} If there are none, or their labels cannot be read.
 * @throws {UsageError} If flags contradict each other or name heads that are not there.
 */
export async function sourceOf(
  flags: Flags,
  options: SourceOptions,
): Promise<Source> {
  const whole = await wholeSource(flags, options);
  const source = options.heads === undefined
    ? whole
    : pickHeads(whole, options.heads.map(({ name }) => name));
  const asked = flags.list("heads");
  if (asked.join() === "all") return source;
  if (asked.length > 0) {
    checkNames(asked, source);
    return pickHeads(source, asked);
  }
  const isUsual = options.heads === undefined && !flags.has("data") &&
    !flags.has("labels");
  return isUsual ? pickHeads(source, USUAL_SKETCH_HEADS) : source;
}

async function wholeSource(
  flags: Flags,
  options: SourceOptions,
): Promise<Source> {
  const declared = declaredHeads(flags);
  const folder = flags.text("data");
  const table = flags.text("labels") ?? await tableIn(folder);
  if (table !== undefined) {
    const directory = folder ?? dirname(table);
    const source = await tableSource(directory, table, {
      ...options,
      declared,
    });
    const heads = source.heads.map(headInWords).join("; ");
    console.error(inOneLine(`Labels of ${table}: ${heads}.`));
    return source;
  }
  if (declared.size > 0) {
    throw new UsageError(
      `Cannot use --head: expected a table of labels, got ${
        folder === undefined ? "none" : `no ${TABLE_NAME} in ${folder}`
      }`,
    );
  }
  if (folder !== undefined) return await folderSource(folder, options);
  console.error(SKETCH_NOTICE);
  return sketchSource(undefined, SKETCH_HEADS.map(({ name }) => name));
}

/** The table in a folder, if there is one. */
async function tableIn(
  folder: string | undefined,
): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  const table = `${folder}/${TABLE_NAME}`;
  const isThere = await Deno.stat(table).then(
    ({ isFile }) => isFile,
    () => false,
  );
  return isThere ? table : undefined;
}

/** Reads `--head`: kinds by the heads' names. */
function declaredHeads(flags: Flags): ReadonlyMap<string, DeclaredHead> {
  return new Map(
    flags.list("head").map((text) => {
      const [name, kind, ...rest] = text.split(":");
      const unit = rest.length > 0 ? rest.join(":") : undefined;
      const found = KIND_NAMES.find((candidate) => candidate === kind);
      if (name === "" || found === undefined) {
        throw new UsageError(
          `Cannot read --head: expected NAME:KIND with a kind of ${
            KIND_NAMES.join(", ")
          }, got "${text}"`,
        );
      }
      if (unit !== undefined && (found !== "number" || unit === "")) {
        throw new UsageError(
          `Cannot read --head: expected a unit behind number: only, got "${text}"`,
        );
      }
      return [name!, { kind: found, ...(unit !== undefined && { unit }) }];
    }),
  );
}

/** Says which name of `--heads` there is no head of. */
function checkNames(asked: readonly string[], { heads }: Source): void {
  const names = heads.map(({ name }) => name);
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `Cannot read --heads: expected "all" or some of ${
      names.join(", ")
    }, got "${unknown}"`,
  );
}
