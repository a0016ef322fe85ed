/** The known name that a misspelt one was probably meant to be. @module */

/** The longest name that is compared with others. */
const LONGEST = 64;

/** The known name that is nearest to a misspelt one; undefined if none is near. */
export function nearest(
  name: string,
  known: readonly string[],
): string | undefined {
  if (name.length > LONGEST) return undefined;
  const plain = plainly(name);
  const distances = known.map((other) => distance(plain, plainly(other)));
  const least = Math.min(...distances);
  const near = least <= Math.max(1, Math.floor(name.length / 3));
  return near ? known[distances.indexOf(least)] : undefined;
}

/** A name without the differences between `dry_run`, `dry-run` and `dryRun`. */
function plainly(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/**
 * Counts the letters to insert, delete, replace or swap with their neighbour
 * that turn one name into the other.
 *
 * Source: Damerau (1964); the recurrence of optimal string alignment.
 */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
      }
    }
    [before, above] = [above, row];
  }
  return above[b.length]!;
}
