/**
 * From what became of a source's entries to the rows of a dataset.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import type { DatasetParts, DatasetRow } from "./dataset.ts";
import { sha256 } from "./sha256.ts";
import type { Source } from "./source.ts";

/** A picture's content and where its descriptors are, or why there are none. */
export type DescribedEntry = { contentHash: string; slot: number } | {
  unusable: string;
};

/** The rows of a dataset and what is said about them. */
export type AssembledRows = Pick<
  DatasetParts,
  "domains" | "items" | "rows" | "hash" | "warnings" | "skipped"
>;

/**
 * The usable entries as rows, in their order, with the labels that they have.
 *
 * @throws {DataError} If they have fewer than `leastItems` items.
 */
export async function assembleRows(
  source: Source,
  described: readonly DescribedEntry[],
  leastItems: number,
): Promise<AssembledRows> {
  const skipped: { id: string; reason: string }[] = [];
  const usable: DatasetRow[] = [];
  source.entries.forEach(({ id, domain, item }, i) => {
    const result = described[i]!;
    if ("unusable" in result) skipped.push({ id, reason: result.unusable });
    else usable.push({ id, domain, item, ...result });
  });
  const domains = used(source.domains, usable.map((row) => row.domain));
  const items = used(source.items, usable.map((row) => row.item));
  if (items.length < leastItems) {
    throw new DataError(
      `Cannot use these pictures: expected usable ones of at least ${leastItems} items, got ` +
        `${usable.length} of ${
          items.join() || "none"
        }; ${skipped.length} could not be used` +
        (skipped.length > 0
          ? `, the first is "${skipped[0]!.id}": ${skipped[0]!.reason}`
          : ""),
    );
  }
  const rows = usable.map((row) => ({
    ...row,
    domain: domains.indexOf(source.domains[row.domain]!),
    item: items.indexOf(source.items[row.item]!),
  }));
  const warnings = [...source.warnings, ...duplicateWarnings(rows, items)];
  return {
    domains,
    items,
    rows,
    skipped,
    warnings,
    hash: await datasetHash(rows, domains, items),
  };
}

/** The labels that occur among the indices, in their order. */
function used(labels: readonly string[], indices: readonly number[]): string[] {
  const occurring = new Set(indices);
  return labels.filter((_, index) => occurring.has(index));
}

/** Copies of one picture teach nothing new, and under two labels they teach a contradiction. */
function duplicateWarnings(
  rows: readonly DatasetRow[],
  items: readonly string[],
): string[] {
  const first = new Map<string, DatasetRow>();
  let copies = 0;
  let contradiction: [DatasetRow, DatasetRow] | undefined;
  for (const row of rows) {
    const same = first.get(row.contentHash);
    if (same === undefined) {
      first.set(row.contentHash, row);
    } else {
      copies++;
      if (same.item !== row.item) contradiction ??= [same, row];
    }
  }
  const warnings: string[] = [];
  if (copies > 0) {
    warnings.push(
      `${copies} pictures are copies of others: some may be in training and test.`,
    );
  }
  if (contradiction !== undefined) {
    const [a, b] = contradiction;
    warnings.push(
      `One picture is both ${items[a.item]} and ${
        items[b.item]
      }: "${a.id}" and "${b.id}".`,
    );
  }
  return warnings;
}

/**
 * Sha-256 over one line for each picture, sorted: its content's hash, a space,
 * domain, a slash, item.
 */
async function datasetHash(
  rows: readonly DatasetRow[],
  domains: readonly string[],
  items: readonly string[],
): Promise<string> {
  const lines = rows.map(({ contentHash, domain, item }) =>
    `${contentHash} ${domains[domain]}/${items[item]}\n`
  ).sort();
  return await sha256(new TextEncoder().encode(lines.join("")));
}
