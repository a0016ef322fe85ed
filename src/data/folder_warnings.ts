/** Warnings about a folder, before it is used. @module */

import { unreadableEnding } from "./file_types.ts";
import { someNames } from "./label_warnings.ts";
import type { FoundFile, Listing } from "./listing.ts";

/** Names that people give to the parts of a split, not to places where images are taken. */
const SPLIT_NAMES =
  /^((train|training|val|valid|validation|dev|test|testing|eval|evaluation|holdout)([ _-]?(set|data|images|\d+))?|(fold|split)[ _-]?\d+)$/i;

/** One sentence for each kind of path that was passed over, which it names. */
export function listingWarnings({ passedOver }: Listing): string[] {
  const { mangled, broken, repeated, closed } = passedOver;
  const named: [string, readonly string[]][] = [
    ["Names that are not UTF-8, skipped", mangled],
    ["Links that lead nowhere, skipped", broken],
    ["Links to what is listed in its own place, not followed", repeated],
    ["Folders that may not be read, skipped", closed],
  ];
  return named.filter(([, paths]) => paths.length > 0)
    .map(([title, paths]) => `${title}: ${someNames(paths)}.`);
}

/** A table beside the items' folders, by its path. */
const TABLE = /^[^/]+\.(csv|tsv)$/i;

/** Names the tables in a folder that is read without any. */
export function unreadTableWarnings(others: readonly FoundFile[]): string[] {
  const tables = others.map(({ names }) => names.join("/"))
    .filter((path) => TABLE.test(path));
  return tables.length === 0 ? [] : [
    `Tables that are not read: ${
      someNames(tables)
    }. If one has the labels, name it with --labels.`,
  ];
}

/** Advice for images of types that cannot be read, and a count of other files. */
export function otherFileWarnings(others: readonly FoundFile[]): string[] {
  const endings = others.map(({ names }) => unreadableEnding(names.at(-1)!));
  const unreadable = endings.filter((ending) => ending !== undefined);
  const rest = others.length - unreadable.length;
  const warnings: string[] = [];
  if (unreadable.length > 0) {
    const kinds = [...new Set(unreadable)].sort();
    warnings.push(
      `Images of types that cannot be read, ignored: ${unreadable.length} (${
        kinds.join(", ")
      }). Convert them to JPEG or PNG, for example with ImageMagick: magick photo${
        kinds[0]
      } photo.jpg.`,
    );
  }
  if (rest > 0) {
    warnings.push(
      `Files that are not images by their names, ignored: ${rest}.`,
    );
  }
  return warnings;
}

/** Names the folders that hold no image among `images`; of nested ones the outermost. */
export function emptyFolderWarnings(
  folders: Listing["folders"],
  images: readonly FoundFile[],
): string[] {
  const filled = new Set(
    images.flatMap(({ names }) =>
      names.map((_, depth) => names.slice(0, depth).join("/"))
    ),
  );
  const isEmpty = (names: readonly string[]) => !filled.has(names.join("/"));
  const empty = folders.filter((names) =>
    isEmpty(names) && !isEmpty(names.slice(0, -1))
  ).map((names) => names.join("/"));
  return empty.length === 0
    ? []
    : [`Folders without an image to use: ${someNames(empty)}.`];
}

/** Names that are one in Unicode and were two on disk. */
export function unicodeWarnings(files: readonly FoundFile[]): string[] {
  const spellings = new Map<string, Set<string>>();
  for (const { names, path } of files) {
    path.split("/").slice(0, -1).forEach((raw, depth) => {
      const known = spellings.get(names[depth]!);
      if (known === undefined) spellings.set(names[depth]!, new Set([raw]));
      else known.add(raw);
    });
  }
  const doubled = [...spellings].filter(([, raw]) => raw.size > 1)
    .map(([name]) => name);
  return doubled.length === 0 ? [] : [
    `Folders whose names differ only in their Unicode form, taken as one: ${
      someNames(doubled)
    }.`,
  ];
}

/** Says where the parts of a split were taken for places, or for items. */
export function splitNameWarnings(
  domains: readonly string[],
  items: readonly string[],
): string[] {
  const places = domains.filter((name) => SPLIT_NAMES.test(name));
  const parts = items.filter((name) => SPLIT_NAMES.test(name));
  const warnings: string[] = [];
  if (places.length > 0) {
    warnings.push(
      `${
        someNames(places)
      } above the items: taken for domains, though named like the parts of a split. ` +
        `If they are, put their items' folders together and choose the parts with --split.`,
    );
  }
  if (parts.length > 1) { // one alone may well be a thing
    warnings.push(
      `${
        someNames(parts)
      } above the images: taken for items, though named like the parts of a split. ` +
        `If they are, put the images of an item into one folder of its name and choose ` +
        `the parts with --split.`,
    );
  }
  return warnings;
}
