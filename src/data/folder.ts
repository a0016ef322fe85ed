/**
 * Finds the labelled images of a folder. Three layouts are understood:
 *
 *   DIR/<domain>/<item>/*.{jpg,jpeg,jfif,png,webp,gif}
 *   DIR/<domain>/images/<item>/*        (Office-31 as it is distributed)
 *   DIR/<item>/*  or  DIR/images/<item>/*   (one domain, named "default")
 *
 * @module
 */

import { DataError } from "../errors.ts";
import { folderWarnings } from "./folder_warnings.ts";
import type { Source, SourceEntry } from "./source.ts";

/** The domain of images that lie in item folders without a domain above them. */
export const DEFAULT_DOMAIN = "default";

const IMAGE_NAME = /\.(jpe?g|jfif|png|webp|gif)$/i;
/** DIR/<domain>/images/<item>/<file> is the deepest layout. */
const DEPTH = 4;
const LAYOUT = "DIR/<domain>/<item>/*.{jpg,jpeg,jfif,png,webp,gif}";

/**
 * The labelled images under `directory`, in an order that depends on names only.
 * Where images lie at more than one depth, the layout that holds most of them
 * counts. Symbolic links and hidden files are never followed or read; other
 * files are ignored, and a warning counts them.
 *
 * @throws {DataError} If the folder cannot be read, holds no images in a known
 * layout, or holds images of fewer than `leastItems` items.
 */
export async function folderSource(
  directory: string,
  { leastItems = 2 }: { leastItems?: number } = {},
): Promise<Source> {
  await checkFolder(directory);
  const files = await listFiles(directory, DEPTH);
  const images = files.filter((path) => IMAGE_NAME.test(path.at(-1)!));
  const placed = placeAll(images);
  if (placed.length === 0) {
    throw new DataError(
      `Cannot find training images in "${directory}": expected ${LAYOUT}, found ` +
        `${files.length} files, ${images.length} of them images, none in an item's folder ` +
        `(links are not followed)`,
    );
  }
  const domains = sortedNames(placed.map((image) => image.domain));
  const items = sortedNames(placed.map((image) => image.item));
  if (items.length < leastItems) {
    throw new DataError(
      `Cannot use "${directory}": expected at least ${leastItems} items to tell apart, found ` +
        `only "${items.join(", ")}" (expected layout: ${LAYOUT})`,
    );
  }
  const entries = placed.map((image): SourceEntry => ({
    id: image.path.join("/"),
    domain: domains.indexOf(image.domain),
    item: items.indexOf(image.item),
    origin: { kind: "file", path: `${directory}/${image.path.join("/")}` },
  })).sort(byLabelThenName);
  const ignored = {
    others: files.length - images.length,
    misplaced: images.length - placed.length,
  };
  return {
    domains,
    items,
    entries,
    warnings: folderWarnings({ domains, items, entries, ignored }),
  };
}

interface PlacedImage {
  path: string[];
  domain: string;
  item: string;
}

/** The images of whichever kind of layout, with domains or without, holds more of them. */
function placeAll(images: string[][]): PlacedImage[] {
  const withDomains = images.map(placeInDomain).filter((image) =>
    image !== undefined
  );
  const flat = images.map(placeFlat).filter((image) => image !== undefined);
  return flat.length > withDomains.length ? flat : withDomains;
}

function placeInDomain(path: string[]): PlacedImage | undefined {
  const [domain, second, third] = path as [string, string, string];
  if (path.length === 3 && domain !== "images") {
    return { path, domain, item: second };
  }
  if (path.length === 4 && second === "images") {
    return { path, domain, item: third };
  }
  return undefined;
}

function placeFlat(path: string[]): PlacedImage | undefined {
  const [first, second] = path as [string, string];
  if (path.length === 2) return { path, domain: DEFAULT_DOMAIN, item: first };
  if (path.length === 3 && first === "images") {
    return { path, domain: DEFAULT_DOMAIN, item: second };
  }
  return undefined;
}

async function checkFolder(directory: string): Promise<void> {
  let information: Deno.FileInfo;
  try {
    information = await Deno.stat(directory);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw unreadable(directory, error);
    }
    throw new DataError(
      `Cannot read the data folder "${directory}": expected a folder, found nothing there`,
    );
  }
  if (!information.isDirectory) {
    throw new DataError(
      `Cannot read the data folder "${directory}": expected a folder, found a file`,
    );
  }
}

/** Paths, as lists of names, of the regular visible files at most `depth` names deep. */
async function listFiles(
  directory: string,
  depth: number,
): Promise<string[][]> {
  const paths: string[][] = [];
  try {
    for await (const { name, isFile, isDirectory } of Deno.readDir(directory)) {
      if (name.startsWith(".")) continue;
      if (isFile) paths.push([name]);
      if (!isDirectory || depth === 1) continue;
      const inner = await listFiles(`${directory}/${name}`, depth - 1);
      for (const path of inner) paths.push([name, ...path]);
    }
  } catch (error) {
    throw error instanceof DataError ? error : unreadable(directory, error);
  }
  return paths;
}

function unreadable(directory: string, cause: unknown): DataError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DataError(`Cannot read the folder "${directory}": ${message}`, {
    cause,
  });
}

/** Distinct names in code unit order, which is the same in every locale. */
function sortedNames(names: string[]): string[] {
  return [...new Set(names)].sort();
}

function byLabelThenName(a: SourceEntry, b: SourceEntry): number {
  return a.domain - b.domain || a.item - b.item || (a.id < b.id ? -1 : 1);
}
