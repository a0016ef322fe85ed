/**
 * Finds the labelled images of a folder. Three layouts are understood:
 *
 *   DIR/<domain>/<item>/*.{jpg,jpeg,jfif,png,webp,gif}
 *   DIR/<domain>/images/<item>/*        (Office-31 as it is distributed)
 *   DIR/<item>/*  or  DIR/images/<item>/*
 *
 * The first two make two heads, named domain and item, the last one head, item.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import type { ClassesHead } from "../heads/classes.ts";
import { IMAGE_ENDINGS, isImageName } from "./file_types.ts";
import {
  emptyFolderWarnings,
  listingWarnings,
  otherFileWarnings,
  splitNameWarnings,
  unicodeWarnings,
  unreadTableWarnings,
} from "./folder_warnings.ts";
import { type FoundFile, listFolder, type Listing } from "./listing.ts";
import type { Source, SourceEntry } from "./source.ts";

/** DIR/<domain>/images/<item>/<file> is the deepest layout. */
const DEPTH = 4;
const LAYOUT = `DIR/<item>/*.${IMAGE_ENDINGS} or DIR/<domain>/<item>/*`;

/**
 * The labelled images under `directory`, in an order that depends on names only.
 * Where images lie at more than one depth, the layout that holds most of them
 * counts. Hidden files are never read; links are followed once; warnings say
 * what is left out.
 *
 * @throws {DataError} If the folder cannot be read, holds no images in a known
 * layout, or is for training and holds images of one item only.
 */
export async function folderSource(
  directory: string,
  { forTraining = true }: { forTraining?: boolean } = {},
): Promise<Source> {
  const listing = await listFolder(directory, DEPTH);
  const images = imagesOf(listing);
  const others = listing.files.filter(({ names }) =>
    !isImageName(names.at(-1)!)
  );
  const placed = placeAll(images);
  const misplaced = images.length - placed.length;
  const passedOver = [
    ...listingWarnings(listing),
    ...otherFileWarnings(others),
    ...unreadTableWarnings(others),
  ];
  if (placed.length === 0) {
    throw new DataError(
      [await nothingPlaced(directory), ...passedOver].join("\n"),
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
  return {
    heads,
    entries: entriesOf(directory, placed, heads),
    warnings: [
      ...splitNameWarnings(
        heads.length > 1 ? heads[0]!.labels : [],
        heads.at(-1)!.labels,
      ),
      ...unicodeWarnings(placed),
      ...emptyFolderWarnings(listing.folders, placed),
      ...(misplaced > 0
        ? [`Images outside the items' folders, ignored: ${misplaced}.`]
        : []),
      ...passedOver,
    ],
  };
}

function imagesOf({ files }: Listing): FoundFile[] {
  return files.filter(({ names }) => isImageName(names.at(-1)!));
}

/** Says that no image has a place in a layout, and where they are instead, at any depth. */
async function nothingPlaced(directory: string): Promise<string> {
  const listing = await listFolder(directory);
  const images = imagesOf(listing);
  const found =
    `Cannot find training images in "${directory}": expected ${LAYOUT}, found ` +
    `${listing.files.length} files, ${images.length} of them images, none in an item's folder`;
  if (images.some(({ names }) => names.length === 1)) {
    return `${found}. If the folder is itself an item's, name the one above it.`;
  }
  if (images.length === 0) return found;
  const [most] = [
    ...Map.groupBy(
      images,
      ({ path }) => path.split("/").slice(0, -2).join("/"),
    ),
  ].sort(([, a], [, b]) => b.length - a.length)[0]!;
  return `${found}. Most of them are in folders of "${directory}/${most}": name that one.`;
}

/** An image and its labels: its domain, if there is one, and its item. */
interface PlacedImage extends FoundFile {
  readonly labels: readonly string[];
}

/** One head for each level of folders. */
function headsOf(placed: readonly PlacedImage[]): ClassesHead[] {
  const heads = placed[0]!.labels.length === 2 ? ["domain", "item"] : ["item"];
  return heads.map((name, h) => ({
    name,
    kind: "classes",
    labels: [...new Set(placed.map(({ labels }) => labels[h]!))].sort(),
  }));
}

function entriesOf(
  directory: string,
  placed: readonly PlacedImage[],
  heads: readonly ClassesHead[],
): SourceEntry[] {
  const indices = heads.map(({ labels }) =>
    new Map(labels.map((label, index) => [label, index]))
  );
  return placed.map(({ names, path, labels }): SourceEntry => ({
    id: names.join("/"),
    labels: labels.map((label, h) => indices[h]!.get(label)!),
    origin: { kind: "file", path: `${directory}/${path}` },
  })).sort(byLabelsThenName);
}

/** The images of whichever kind of layout, with domains or without, holds more of them. */
function placeAll(images: readonly FoundFile[]): PlacedImage[] {
  const place = (labelsOf: (names: readonly string[]) => string[]) =>
    images.map((image) => ({ ...image, labels: labelsOf(image.names) }))
      .filter(({ labels }) => labels.length > 0);
  const withDomains = place(labelsInDomain);
  const flat = place(labelsWithoutDomain);
  return flat.length > withDomains.length ? flat : withDomains;
}

function labelsInDomain(names: readonly string[]): string[] {
  const [domain, second, third] = names as [string, string, string];
  if (names.length === 3 && domain !== "images") return [domain, second];
  if (names.length === 4 && second === "images") return [domain, third];
  return [];
}

function labelsWithoutDomain(names: readonly string[]): string[] {
  const [first, second] = names as [string, string];
  if (names.length === 2) return [first];
  if (names.length === 3 && first === "images") return [second];
  return [];
}

/** The order of heads, then that of code units, which is the same in every locale. */
function byLabelsThenName(a: SourceEntry, b: SourceEntry): number {
  const h = a.labels.findIndex((label, h) => label !== b.labels[h]);
  if (h >= 0) return a.labels[h]! - b.labels[h]!;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
