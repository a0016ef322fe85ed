/** Checking requests by their schemas, each fault with the path of its field. @module */

import * as v from "valibot";
import { shown } from "../body.ts";
import { problem } from "../problem.ts";
import { type FieldNote, noteOf, type Schema } from "./field.ts";
import { nearest } from "./nearest.ts";

/** A step of a path: the name of a field, or the place in an array. */
type Step = string | number;

/**
 * The value as its schema gives it back.
 *
 * @param at What the value's path begins with; none for a whole body.
 * @throws {HTTPException} 400 if it does not fit; 413 if there is too much of it;
 *   422 if a text is none of the known ones.
 */
export function check<const S extends Schema>(
  schema: S,
  value: unknown,
  at = "",
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  // A field that is not known explains another that is missing.
  const stray = result.issues.find(isStray);
  if (stray !== undefined) throw strayProblem(schema, stray, at);
  throw faultOf(schema, result.issues[0], at);
}

/** Refuses a name that nothing is read from, and tells the known one that is near. */
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

/** Refuses a query parameter of a route that reads none; `body` are the fields of its body. */
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
  const { wrapped, entries = {} } = (schema ?? {}) as {
    wrapped?: Schema;
    entries?: object;
  };
  return wrapped === undefined ? Object.keys(entries) : namesIn(wrapped);
}

function faultOf(root: Schema, issue: v.BaseIssue<unknown>, at: string) {
  const steps = stepsOf(issue);
  const path = pathOf(at, steps);
  const schema = schemaAt(root, steps);
  const { expected, known } = noteOf(schema) ?? plainNote(schema, issue);
  const long = issue.type === "max_length" && Array.isArray(issue.input);
  const short = issue.type === "min_length" && Array.isArray(issue.input);
  const got = long || short
    ? String((issue.input as unknown[]).length)
    : shown(issue.input);
  // A text may name something that there is not; what is no text names nothing.
  const understood = known !== undefined && known.length > 0 &&
    typeof issue.input === "string";
  return problem(
    long ? 413 : understood ? 422 : 400,
    `Cannot read ${path || "the body"}: expected ${expected}, got ${got}`,
    { ...(path === "" ? {} : { field: path }), ...(understood && { known }) },
  );
}

/** What was expected where a schema has no note of its own. */
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
function mostOf(schema: Schema | undefined): unknown {
  const { pipe = [] } = (schema ?? {}) as {
    pipe?: readonly { type: string; requirement?: unknown }[];
  };
  return pipe.find(({ type }) => type === "max_length")?.requirement;
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
  const { wrapped, entries, item } = schema as {
    wrapped?: Schema;
    entries?: Record<string, Schema>;
    item?: Schema;
  };
  if (wrapped !== undefined) return schemaAt(wrapped, steps);
  if (entries !== undefined) return schemaAt(entries[step], rest);
  return schemaAt(item, rest);
}
