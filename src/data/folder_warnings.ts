/**
 * What a person should know about a folder before training on it.
 *
 * @module
 */

import type { Source } from "./source.ts";

/** With fewer images than this an item cannot be learned and measured. */
const FEW_IMAGES = 5;
/** The largest item may have this many times the images of the smallest. */
const BALANCE = 10;
const NAMES_SHOWN = 5;

/** The labelled images of a folder and the files that are not among them. */
export interface FolderContents
  extends Pick<Source, "domains" | "items" | "entries"> {
  ignored: {
    /** Files that are not images by their names. */
    others: number;
    /** Images that lie outside the folder's layout. */
    misplaced: number;
  };
}

/** One sentence for each thing that is likely to be a mistake or to hurt accuracy. */
export function folderWarnings(
  { domains, items, entries, ignored }: FolderContents,
): string[] {
  const warnings: string[] = [];
  const counts = new Array<number>(items.length).fill(0);
  for (const entry of entries) counts[entry.item]!++;

  const few = items.filter((_, item) => counts[item]! < FEW_IMAGES);
  if (few.length > 0) {
    warnings.push(`Fewer than ${FEW_IMAGES} images of ${someNames(few)}.`);
  }
  const least = counts.indexOf(Math.min(...counts));
  const most = counts.indexOf(Math.max(...counts));
  if (counts[most]! > BALANCE * counts[least]!) {
    warnings.push(
      `Unbalanced: ${counts[most]} images of ${items[most]}, ${
        counts[least]
      } of ${items[least]}.`,
    );
  }
  if (domains.length === 1) {
    warnings.push(
      `Only one domain, "${domains[0]}": the domain head has nothing to learn.`,
    );
  }
  if (ignored.misplaced > 0) {
    warnings.push(
      `Images outside the items' folders, ignored: ${ignored.misplaced}.`,
    );
  }
  if (ignored.others > 0) {
    warnings.push(
      `Files that are not images by their names, ignored: ${ignored.others}.`,
    );
  }
  return warnings;
}

function someNames(names: string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
