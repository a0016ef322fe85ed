/** Validation of requests by their schemas; every error has the path of its field. @module */

import * as v from "valibot";
import { shown } from "../body.ts";
import { problem } from "../problem.ts";
import { type FieldNote, noteOf, type Schema } from "./field.ts";
import { nearest } from "./nearest.ts";

/** A step of a path: the name of a field, or the place in an array. */
type Step = string | number;

/** The schemas in a schema. */
interface Parts {
  readonly wrapped?: Schema;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
}

/**
 * Checks a value and returns it as its schema transforms it.
 *
 * @param at The beginning of the value's path; none for a whole body.
 * @throws {HTTPException} 400 if it is invalid; 413 if an array is too long;
 *   422 if a string is not one of the known values.
 */
export function check<const S extends Schema>(
  schema: S,
  value: unknown,
  at = "",
): v.InferOutput<S> {
  checkLengths(schema, value, at);
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  // An unknown field explains a missing one.
  const stray = result.issues.find(isStray);
  if (stray !== undefined) throw strayProblem(schema, stray, at);
  throw faultOf(schema, result.issues[0], at);
}

/**
 * Refuses arrays that are too long before their items are checked: each of a million
 * invalid items would make an issue of its own, 4 KB in memory.
 */
function checkLengths(
  schema: Schema | undefined,
  value: unknown,
  at: string,
): void {
  if (schema === undefined || typeof value !== "object" || value === null) {
    return;
  }
  const { wrapped, entries, item } = schema as Parts;
  if (wrapped !== undefined) return checkLengths(wrapped, value, at);
  if (Array.isArray(value)) {
    const most = mostOf(schema);
    if (most === undefined) return;
    if (value.length > most) throw tooMany(schema, value.length, at);
    value.forEach((part, i) => checkLengths(item, part, `${at}[${i}]`));
    return;
  }
  for (const [name, part] of Object.entries(entries ?? {})) {
    checkLengths(
      part,
      (value as Record<string, unknown>)[name],
      pathOf(at, [name]),
    );
  }
}

/** The problem of an unknown name, with the known one that is nearest. */
export function strayName(
  path: string,
  name: string,
  known: readonly string[],
) {
  const short = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  const meant = nearest(name, known);
  const expected = known.length === 0
    ? "no fields"
    : `no fields but ${known.join(", ")}`;
  return problem(
    400,
    `Cannot read ${path}${short}: expected ${expected}` +
      (meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`),
    { field: path + short, known },
  );
}

/** The problem of a query parameter of a route that reads none; `body` are the fields of its body. */
export function strayParameter(name: string, body: readonly string[]) {
  const short = shown(name).slice(1, -1);
  const meant = nearest(name, body);
  return problem(
    400,
    `Cannot read ${short}: expected no query parameters` +
      (meant === undefined ? "" : `; send ${meant} in the body`),
    { field: short },
  );
}

function isStray({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === "strict_object" && expected === "never";
}

function strayProblem(root: Schema, issue: v.BaseIssue<unknown>, at: string) {
  const steps = stepsOf(issue);
  const parent = steps.slice(0, -1);
  const path = pathOf(at, parent);
  return strayName(
    path === "" ? "" : `${path}.`,
    String(steps.at(-1)),
    namesIn(schemaAt(root, parent)),
  );
}

/** The fields of an object, also of one that may be missing. */
function namesIn(schema: Schema | undefined): string[] {
  const { wrapped, entries = {} } = (schema ?? {}) as Parts;
  return wrapped === undefined ? Object.keys(entries) : namesIn(wrapped);
}

function faultOf(root: Schema, issue: v.BaseIssue<unknown>, at: string) {
  const steps = stepsOf(issue);
  const path = pathOf(at, steps);
  const schema = schemaAt(root, steps);
  const { expected, known } = noteOf(schema) ?? plainNote(schema, issue);
  const short = issue.type === "min_length" && Array.isArray(issue.input);
  const got = short
    ? String((issue.input as unknown[]).length)
    : shown(issue.input);
  // A string may name something that does not exist; another value names nothing.
  const understood = known !== undefined && known.length > 0 &&
    typeof issue.input === "string";
  return problem(
    understood ? 422 : 400,
    `Cannot read ${path || "the body"}: expected ${expected}, got ${got}`,
    { ...(path === "" ? {} : { field: path }), ...(understood && { known }) },
  );
}

function tooMany(schema: Schema, length: number, path: string) {
  return problem(
    413,
    `Cannot read ${path}: expected at most ${mostOf(schema)}, got ${length}`,
    { field: path },
  );
}

/** The note of a schema that has none of its own. */
function plainNote(
  schema: Schema | undefined,
  { type, requirement }: v.BaseIssue<unknown>,
): FieldNote {
  if (type === "min_length" || type === "max_length") {
    return { expected: `1 to ${mostOf(schema) ?? requirement}` };
  }
  const kind = schema?.type ?? type;
  return {
    expected: kind === "array"
      ? "an array"
      : kind.endsWith("object")
      ? "an object"
      : kind,
  };
}

/** The most items that an array may have. */
function mostOf(schema: Schema | undefined): number | undefined {
  const { pipe = [] } = (schema ?? {}) as {
    pipe?: readonly (Schema & { requirement?: number })[];
  };
  for (const step of pipe) {
    if (step.type === "max_length") return step.requirement;
    const inner = step === schema ? undefined : mostOf(step);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function stepsOf({ path }: v.BaseIssue<unknown>): Step[] {
  return (path ?? []).map(({ key }) => key as Step);
}

function pathOf(at: string, steps: readonly Step[]): string {
  return steps.reduce<string>(
    (path, step) =>
      typeof step === "number"
        ? `${path}[${step}]`
        : path === ""
        ? step
        : `${path}.${step}`,
    at,
  );
}

/** The schema that a path leads to. */
function schemaAt(
  schema: Schema | undefined,
  steps: readonly Step[],
): Schema | undefined {
  const [step, ...rest] = steps;
  if (schema === undefined || step === undefined) return schema;
  const { wrapped, entries, item } = schema as Parts;
  if (wrapped !== undefined) return schemaAt(wrapped, steps);
  if (entries !== undefined) return schemaAt(entries[step], rest);
  return schemaAt(item, rest);
}
