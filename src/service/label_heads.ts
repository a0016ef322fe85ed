/** Heads with changed labels: one added, renamed or retired. Pure functions. @module */

import { LabelError } from "../errors.ts";
import type { ClassesHead } from "../heads/classes.ts";
import type { ClassesCalibration } from "../heads/classes_calibration.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import type { HeadsRecord } from "../store/manifest.ts";

/** The longest label, in characters. */
const LONGEST = 100;
/** The most classes of a head. */
const MOST_CLASSES = 1000;

/**
 * The heads with one class more.
 *
 * @throws {LabelError} If the head has no classes, or has the label already.
 */
export function grown(
  own: HeadsRecord,
  head: string,
  label: string,
): HeadsRecord {
  const heads = changed(own, head, (spec) => {
    checkNew(spec, label);
    return { ...spec, labels: [...spec.labels, label] };
  });
  const known = own.calibration[head] as ClassesCalibration;
  const calibration = {
    ...own.calibration,
    [head]: { ...known, offsets: [...known.offsets, 0] },
  };
  return { heads, calibration };
}

/**
 * The heads with a renamed class.
 *
 * @throws {LabelError} If there is no such class, or the head has the new name already.
 */
export function renamed(
  own: HeadsRecord,
  head: string,
  label: string,
  name: string,
): HeadsRecord {
  const heads = changed(own, head, (spec) => {
    const index = indexOf(spec, label);
    checkNew(spec, name);
    return { ...spec, labels: spec.labels.with(index, name) };
  });
  return { ...own, heads };
}

/**
 * The heads with a retired class, which they no longer answer.
 *
 * @throws {LabelError} If there is no such class, or it is the last one.
 */
export function retired(
  own: HeadsRecord,
  head: string,
  label: string,
): HeadsRecord {
  const heads = changed(own, head, (spec) => {
    indexOf(spec, label);
    const retired = [...spec.retired ?? [], label];
    if (retired.length < spec.labels.length) return { ...spec, retired };
    throw new LabelError(
      "conflict",
      `Cannot retire ${label}: expected another class to be left of ${head}, got none`,
    );
  });
  return { ...own, heads };
}

function changed(
  own: HeadsRecord,
  head: string,
  change: (spec: ClassesHead) => ClassesHead,
): HeadSpec[] {
  checkHead(own, head);
  return own.heads.map((spec) =>
    spec.name === head ? change(withClasses(spec)) : spec
  );
}

function checkHead({ heads }: HeadsRecord, head: string): void {
  const names = heads.map(({ name }) => name);
  if (names.includes(head)) return;
  throw new LabelError(
    "unknown",
    `Cannot change labels: expected the head ${
      names.join(" or ")
    }, got "${head}"`,
    "head",
    names,
  );
}

function withClasses(spec: HeadSpec): ClassesHead {
  if (spec.kind === "classes") return spec;
  throw new LabelError(
    "conflict",
    `Cannot change labels: expected a head of classes, got ${spec.name}, a ${spec.kind} head`,
    "head",
  );
}

function checkNew({ name, labels }: ClassesHead, label: string): void {
  if (labels.includes(label)) {
    throw new LabelError(
      "conflict",
      `Cannot use the label ${label}: expected one that ${name} has not had yet`,
    );
  }
  if (labels.length < MOST_CLASSES) return;
  throw new LabelError(
    "conflict",
    `Cannot add to ${name}: expected fewer than ${MOST_CLASSES} classes, got ${labels.length}`,
  );
}

function indexOf(
  { name, labels, retired = [] }: ClassesHead,
  label: string,
): number {
  const index = labels.indexOf(label);
  if (index >= 0 && !retired.includes(label)) return index;
  const known = labels.filter((each) => !retired.includes(each));
  throw new LabelError(
    "unknown",
    `Cannot find the label ${label}: expected one of ${name}'s, ${
      known.join(", ")
    }`,
    "label",
    known,
  );
}

/**
 * A label as it is stored: composed characters, no surrounding spaces.
 *
 * @throws {LabelError} If it is not a valid label.
 */
export function cleaned(label: string): string {
  const text = label.normalize("NFC").trim();
  const fits = text.length >= 1 && text.length <= LONGEST &&
    text.isWellFormed() && !/\p{Cc}/u.test(text);
  if (fits) return text;
  throw new LabelError(
    "malformed",
    `Cannot use this label: expected 1 to ${LONGEST} characters without control characters, got ${text.length}`,
  );
}
