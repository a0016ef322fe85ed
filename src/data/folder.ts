/**
 * Finds the labelled images of a folder. Three layouts are understood:
 *
 *   DIR/<domain>/<item>/*.{jpg,jpeg,png,webp,gif}
 *   DIR/<domain>/images/<item>/*        (Office-31 as it is distributed)
 *   DIR/<item>/*  or  DIR/images/<item>/*
 *
 * The first two make two heads, named domain and item, the last one head, item.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import type { ClassesHead } from "../heads/classes.ts";
import { folderWarnings } from "./folder_warnings.ts";
import type { Source, SourceEntry } from "./source.ts";

const IMAGE_NAME = /\.(jpe?g|png|webp|gif)$/i;
/** DIR/<domain>/images/<item>/<file> is the deepest layout. */
const DEPTH = 4;
const LAYOUT = "DIR/<domain>/<item>/*.{jpg,jpeg,png,webp,gif}";

/**
 * The labelled images under `directory`, in an order that depends on names only.
 * Where images lie at more than one depth, the layout that holds most of them
 * counts. Symbolic links and hidden files are never followed or read; other
 * files are ignored, and a warning counts them.
 *
 * @throws {DataError} If the folder cannot be read, holds no images in a known
 * layout, or is for training and holds images of one item only.
 */
export async function folderSource(
  directory: string,
  { forTraining = true }: { forTraining?: boolean } = {},
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
  const heads = headsOf(placed);
  const items = heads.at(-1)!.labels;
  if (forTraining && items.length < 2) {
    throw new DataError(
      `Cannot use "${directory}": expected at least 2 items to tell apart, found ` +
        `only "${items[0]}" (expected layout: ${LAYOUT})`,
    );
  }
  const entries = placed.map(({ path, names }): SourceEntry => ({
    id: path.join("/"),
    labels: names.map((name, h) => heads[h]!.labels.indexOf(name)),
    origin: { kind: "file", path: `${directory}/${path.join("/")}` },
  })).sort(byLabelsThenName);
  const warnings = folderWarnings({
    others: files.length - images.length,
    misplaced: images.length - placed.length,
  });
  return { heads, entries, warnings };
}

/** An image and its labels' names: those of its domain, if there is one, and its item. */
interface PlacedImage {
  readonly path: readonly string[];
  readonly names: readonly string[];
}

/** One head for each level of folders. */
function headsOf(placed: readonly PlacedImage[]): ClassesHead[] {
  const heads = placed[0]!.names.length === 2 ? ["domain", "item"] : ["item"];
  return heads.map((name, h) => ({
    name,
    kind: "classes",
    labels: [...new Set(placed.map(({ names }) => names[h]!))].sort(),
  }));
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
    return { path, names: [domain, second] };
  }
  if (path.length === 4 && second === "images") {
    return { path, names: [domain, third] };
  }
  return undefined;
}

function placeFlat(path: string[]): PlacedImage | undefined {
  const [first, second] = path as [string, string];
  if (path.length === 2) return { path, names: [first] };
  if (path.length === 3 && first === "images") return { path, names: [second] };
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

/** The order of heads, then that of code units, which is the same in every locale. */
function byLabelsThenName(a: SourceEntry, b: SourceEntry): number {
  const h = a.labels.findIndex((label, h) => label !== b.labels[h]);
  if (h >= 0) return a.labels[h]! - b.labels[h]!;
  return a.id < b.id ? -1 : 1;
}
