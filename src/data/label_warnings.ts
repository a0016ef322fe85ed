/**
 * Warnings about labels, before a model is trained on them.
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import type { DatasetRow } from "./dataset.ts";

/** With fewer images than this a class cannot be learned and measured. */
const FEW_IMAGES = 5;
/** The largest class may have this many times the images of the smallest. */
const BALANCE = 10;
const NAMES_SHOWN = 5;

/** A label as a person reads it. */
export function labelText(head: HeadSpec, label: number): string {
  return String(kindOf(head).show(head, label));
}

/** A few names, and how many more there are. */
export function someNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** One sentence for each head whose labels are likely to hurt accuracy. */
export function labelWarnings(
  heads: readonly HeadSpec[],
  rows: readonly Pick<DatasetRow, "labels">[],
): string[] {
  return heads.flatMap((head, h) => {
    const labels = rows.map((row) => row.labels[h]!).filter(isKnown);
    const [first] = labels;
    if (labels.every((label) => label === first)) {
      return [
        `All images have the same ${head.name}, ${
          labelText(head, first!)
        }: that head has nothing to learn.`,
      ];
    }
    const groups = kindOf(head).groups(head);
    return groups.length > 0 ? countWarnings(head, groups, labels) : [];
  });
}

function countWarnings(
  { name }: HeadSpec,
  groups: readonly string[],
  labels: readonly number[],
): string[] {
  const counts = new Array<number>(groups.length).fill(0);
  for (const label of labels) counts[label]!++;
  const few = groups.filter((_, label) => counts[label]! < FEW_IMAGES);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const warnings: string[] = [];
  if (few.length > 0) {
    warnings.push(
      `Fewer than ${FEW_IMAGES} images of ${name} ${someNames(few)}.`,
    );
  }
  if (most > BALANCE * least) {
    warnings.push(
      `Unbalanced: ${most} images of ${name} ${
        groups[counts.indexOf(most)]
      }, ${least} of ${groups[counts.indexOf(least)]}.`,
    );
  }
  return warnings;
}

/** Names classes that are likely to be one, spelled in two ways. */
export function nearDoubleWarnings(heads: readonly HeadSpec[]): string[] {
  return heads.flatMap((head) => {
    const spellings = Map.groupBy(
      kindOf(head).groups(head),
      folded,
    );
    return [...spellings.values()].filter(({ length }) => length > 1)
      .map((group) =>
        `Classes of ${head.name} that differ only in case or spaces: ${
          group.map((name) => `"${name.replaceAll(UNSEEN, escaped)}"`)
            .join(", ")
        }.`
      );
  });
}

/** Characters without a look of their own, such as a space of no width. */
const UNSEEN = /\p{Cf}/gu;

/** A name without its case and spaces; upper case first makes ß and ss one. */
function folded(name: string): string {
  return name.normalize("NFKC").replaceAll(UNSEEN, "").toUpperCase()
    .toLowerCase().replaceAll(/[\s_-]+/g, " ").trim();
}

function escaped(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`;
}

/** Names the heads and classes that no usable image is left of. */
export function lostLabelWarnings(
  before: readonly HeadSpec[],
  after: readonly HeadSpec[],
): string[] {
  return before.flatMap((head) => {
    const left = after.find(({ name }) => name === head.name);
    if (left === undefined) {
      return [`No usable image has a label for ${head.name}: it is left out.`];
    }
    const groups = kindOf(left).groups(left);
    const lost = kindOf(head).groups(head)
      .filter((group) => !groups.includes(group));
    return lost.length === 0
      ? []
      : [`No usable image of ${head.name} ${someNames(lost)}: left out.`];
  });
}

/** Names the folders of which some image was to be used and none could be. */
export function lostFolderWarnings(
  skipped: readonly { readonly id: string }[],
  usable: readonly { readonly id: string }[],
): string[] {
  const folderOf = ({ id }: { id: string }) =>
    id.slice(0, Math.max(0, id.lastIndexOf("/")));
  const used = new Set(usable.map(folderOf));
  const lost = [...new Set(skipped.map(folderOf))]
    .filter((folder) => folder !== "" && !used.has(folder));
  return lost.length === 0
    ? []
    : [`Folders of which no image could be used: ${someNames(lost)}.`];
}

/** Names the images that could not be used. */
export function unusableWarnings(
  skipped: readonly { readonly id: string }[],
): string[] {
  if (skipped.length === 0) return [];
  return [
    `Images that could not be used: ${someNames(skipped.map(({ id }) => id))}.`,
  ];
}

/** Copies of one image teach nothing new, and under two labels they teach a contradiction. */
export function copyWarnings(
  heads: readonly HeadSpec[],
  rows: readonly DatasetRow[],
  forTraining: boolean,
): string[] {
  const first = new Map<string, DatasetRow>();
  const copies: string[] = [];
  const contradictions: string[] = [];
  for (const row of rows) {
    const same = first.get(row.contentHash);
    if (same === undefined) {
      first.set(row.contentHash, row);
      continue;
    }
    copies.push(`"${row.id}" of "${same.id}"`);
    const h = heads.findIndex((_, h) =>
      isKnown(same.labels[h]!) && isKnown(row.labels[h]!) &&
      same.labels[h] !== row.labels[h]
    );
    if (h < 0) continue;
    const [one, other] = [same, row].map(({ labels }) =>
      labelText(heads[h]!, labels[h]!)
    );
    contradictions.push(
      `One image has both ${
        heads[h]!.name
      } ${one} and ${other}: "${same.id}" and "${row.id}".`,
    );
  }
  if (copies.length === 0) return [];
  const effect = forTraining
    ? "Some may be in training and test."
    : "Each of them counts.";
  return [
    `Copies of other images: ${copies.length}, the first is ${
      copies[0]
    }. ${effect}`,
    ...contradictions.slice(0, 1),
  ];
}
