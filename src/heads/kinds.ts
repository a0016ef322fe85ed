/** The kinds of heads. @module */

import { binary } from "./binary.ts";
import { classes } from "./classes.ts";
import type { HeadKind, NamedHead } from "./head.ts";
import { number } from "./number.ts";

/** Every kind by its name. */
const KINDS = { classes, binary, number };

type Kinds = typeof KINDS;
type Parts<K> = K extends HeadKind<infer S, infer C, infer A> ? [S, C, A]
  : never;

/** A head, as data. */
export type HeadSpec = Parts<Kinds[keyof Kinds]>[0];

/** The calibration of a head's outputs. */
export type HeadCalibration = Parts<Kinds[keyof Kinds]>[1];

/** A head's answer to an image. */
export type HeadAnswer = Parts<Kinds[keyof Kinds]>[2];

/** The names of the kinds. */
export const KIND_NAMES = Object.keys(KINDS) as readonly (keyof Kinds)[];

/** A kind whose head, calibration and answer belong together by construction. */
export type AnyKind = HeadKind<HeadSpec, HeadCalibration, HeadAnswer>;

/**
 * The kind of a head.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const head: HeadSpec = {
 *   name: "item",
 *   kind: "classes",
 *   labels: ["mug", "pen"],
 * };
 * const kind = kindOf(head);
 *
 * assertEquals(kind.width(head), 2);
 * assertEquals(kind.parse(head, "pen"), 1);
 * assertEquals(kind.parse(head, "fork"), undefined);
 * assertEquals(kind.expected(head), "one of mug, pen");
 * ```
 */
export function kindOf({ kind }: Pick<HeadSpec, "kind">): AnyKind {
  return KINDS[kind] as AnyKind;
}

/** Columns that a head takes of the composite output. */
export function widthOf(head: HeadSpec): number {
  return kindOf(head).width(head);
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Names that requests, answers and metrics use for something else. */
const RESERVED: ReadonlySet<string> = new Set([
  "__proto__", // which Deno 2.5 has taken away
  "dryRun",
  "file",
  "id",
  "image",
  "images",
  "known",
  "learningRate",
  "margin",
  "mode",
  "predictionId",
  "reason",
  "scope",
  "size",
  "steps",
  "total",
  "trusted",
  "used",
]);

/** The expectation that a head's name violates, in words; undefined if none. */
export function nameFault(name: unknown): string | undefined {
  if (typeof name !== "string" || !NAME.test(name)) {
    return 'a name of 1 to 64 letters, digits, "_" or "-"';
  }
  // A lookup by head name must not find a property that every object has.
  const taken = RESERVED.has(name) || name in Object.prototype;
  return taken ? `a name other than ${name}` : undefined;
}

/**
 * The expectation that a list of heads violates, in words; undefined if none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const binary = (name: string) => ({ name, kind: "binary" });
 *
 * assertEquals(headsFault([binary("shaded"), binary("turned")]), undefined);
 * assertEquals(headsFault([binary("a"), binary("a")]), "heads of different names");
 * ```
 */
export function headsFault(heads: unknown): string | undefined {
  if (!Array.isArray(heads) || heads.length === 0) return "at least one head";
  for (const head of heads as Partial<NamedHead>[]) {
    const wrongName = nameFault(head?.name);
    if (wrongName !== undefined) return `heads with ${wrongName}`;
    if (!(KIND_NAMES as readonly unknown[]).includes(head.kind)) {
      return `the head ${head.name} to be one of ${KIND_NAMES.join(", ")}`;
    }
    const spec = head as HeadSpec;
    const fault = kindOf(spec).fault(spec);
    if (fault !== undefined) return `the head ${head.name} to have ${fault}`;
  }
  const names = new Set(heads.map(({ name }) => name));
  return names.size === heads.length ? undefined : "heads of different names";
}
