/**
 * The standard protocol for adapting a classifier to another domain: a few labelled
 * images of each class in the source domain, fewer in the target domain, and the
 * rest of the target domain to be judged by.
 *
 * Source: Saenko, Kulis, Fritz, Darrell 2010, "Adapting visual category models to
 * new domains" (doi:10.1007/978-3-642-15561-1_16), section 5.
 *
 * @module
 */

import { DataError } from "../../errors.ts";
import { indexOfLargest } from "../../heads/head.ts";
import type { ClassesHead } from "../../heads/classes.ts";
import { type HeadSpec, kindOf } from "../../heads/kinds.ts";
import type { Examples } from "../../model/examples.ts";
import { Random } from "../../nn/prng.ts";

/** Images of each class from the source: many where every class has as many, else few. */
const SOURCE_IMAGES = { many: 20, few: 8 };

/** A task: source and target domain, as positions of heads and labels of the dividing one. */
export interface Task {
  /** The head whose classes are told. */
  readonly head: ClassesHead;
  readonly main: number;
  /** The head that divides images into domains. */
  readonly by: number;
  readonly source: number;
  readonly target: number;
}

/** The rows of one draw. */
export interface Draw {
  readonly source: Uint32Array;
  /** The source's other images. */
  readonly others: Uint32Array;
  /** All images of the target in the order in which they would be labelled: one of each class, then another. */
  readonly target: Uint32Array;
}

/**
 * Finds what is to be told, and from which images to which.
 *
 * @param by Name of the head that divides images into domains: by default the first
 * that has both of them. Of the others, that with the most classes is told.
 * @throws {DataError} If there are no such heads.
 * @throws {RangeError} If a head has no group of a given name.
 */
export function taskOf(
  heads: readonly HeadSpec[],
  { by, source, target }: {
    readonly by?: string | undefined;
    readonly source: string;
    readonly target: string;
  },
): Task {
  const groups = heads.map((head) => kindOf(head).groups(head));
  const told = (dividing: number) =>
    indexOfLargest(
      heads.map((head, h) =>
        head.kind === "classes" && h !== dividing ? head.labels.length : 0
      ),
    );
  const dividing = by === undefined
    ? dividingHead(groups, [source, target], told(-1))
    : heads.findIndex(({ name }) => name === by);
  const main = told(dividing);
  const head = heads[main]!;
  const names = heads.map(({ name }) => name).join(", ");
  if (by !== undefined && dividing < 0) {
    throw new RangeError(
      `Cannot divide images by ${by}: expected one of ${names}`,
    );
  }
  const divides = dividing !== main && (groups[dividing]?.length ?? 0) > 1;
  if (head.kind !== "classes" || !divides) {
    throw new DataError(
      `Cannot adapt from one domain to another: expected a head of classes and one that divides images, got ${names}`,
    );
  }
  const labelOf = (name: string) => {
    const label = groups[dividing]!.indexOf(name);
    if (label >= 0) return label;
    throw new RangeError(
      `Cannot find the ${heads[dividing]!.name} "${name}": expected one of ${
        groups[dividing]!.join(", ")
      }`,
    );
  };
  const [from, to] = [labelOf(source), labelOf(target)];
  if (from === to) {
    throw new RangeError(
      `Cannot adapt: expected two domains, got "${source}" twice`,
    );
  }
  return { head, main, by: dividing, source: from, target: to };
}

/** The first head with both domains among its groups; if there is none, the first other than `main` with groups. */
function dividingHead(
  groups: readonly (readonly string[])[],
  domains: readonly string[],
  main: number,
): number {
  const both = groups.findIndex((of) =>
    domains.every((domain) => of.includes(domain))
  );
  return both >= 0
    ? both
    : groups.findIndex(({ length }, h) => h !== main && length > 1);
}

/** The names of the groups of the head at `head`. */
export function labelsIn({ heads }: Examples, head: number): readonly string[] {
  return kindOf(heads[head]!).groups(heads[head]!);
}

/** The default number of source images of each class: 20 or 8. */
export function sourceImages(examples: Examples, task: Task): number {
  const { many, few } = SOURCE_IMAGES;
  const smallest = Math.min(
    ...byClass(examples, task, task.source).map(({ length }) => length),
  );
  return smallest >= many ? many : few;
}

/** Draws some source images of each class, and an order of the target's. */
export function drawRows(
  examples: Examples,
  task: Task,
  perClass: number,
  seed: number,
): Draw {
  const shuffled = (domain: number) =>
    byClass(examples, task, domain).map((rows, label) => {
      Random.fromSeed(seed, `domain ${domain} class ${label}`).shuffle(rows);
      return rows;
    });
  const source = shuffled(task.source);
  const target = shuffled(task.target);
  const longest = Math.max(...target.map(({ length }) => length));
  return {
    source: Uint32Array.from(source.flatMap((rows) => rows.slice(0, perClass)))
      .sort(),
    others: Uint32Array.from(source.flatMap((rows) => rows.slice(perClass)))
      .sort(),
    target: Uint32Array.from(
      Array.from(
        { length: longest },
        (_, n) => target.flatMap((rows) => rows.slice(n, n + 1)),
      ).flat(),
    ),
  };
}

/** The first `shots` images of each class in a draw's target, and all others. */
export function splitTarget(
  examples: Examples,
  { main }: Task,
  { target }: Draw,
  shots: number,
): { labelled: Uint32Array; test: Uint32Array } {
  const seen = new Map<number, number>();
  const isLabelled = Array.from(target, (row) => {
    const label = examples.labelOf(row, main);
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    return count < shots;
  });
  return {
    labelled: target.filter((_, n) => isLabelled[n]),
    test: target.filter((_, n) => !isLabelled[n]),
  };
}

/** The rows of a domain, for each class. */
function byClass(
  examples: Examples,
  { head, main, by }: Task,
  domain: number,
): number[][] {
  const rows = head.labels.map((): number[] => []);
  for (let row = 0; row < examples.length; row++) {
    if (examples.labelOf(row, by) !== domain) continue;
    rows[examples.labelOf(row, main)]?.push(row);
  }
  return rows;
}
