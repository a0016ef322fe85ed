/**
 * The building blocks of schemas. A schema is the one description of a resource:
 * requests are checked by it, TypeScript's types are inferred from it, and
 * /openapi.json is written from it.
 *
 * @module
 */

import * as v from "valibot";

/** The description of a field besides its type. */
export interface FieldNote {
  /** The expected value in an error message, such as `a whole number ≥ 1`. */
  readonly expected: string;
  /** The valid values, if they can be listed. */
  readonly known?: readonly string[];
  /** JSON Schema, if it cannot be derived. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** Any synchronous schema. */
export type Schema = v.GenericSchema;

/** A schema with its note for error messages and documentation. */
export function field<const S extends Schema>(
  schema: S,
  expected: string,
  { description, ...note }: Omit<FieldNote, "expected"> & {
    readonly description?: string;
  } = {},
) {
  return v.pipe(
    schema,
    v.metadata({ expected, ...note }),
    v.description(description ?? ""),
  );
}

/** The note of a field; undefined for a schema without one. */
export function noteOf(schema: Schema | undefined): FieldNote | undefined {
  if (schema === undefined) return undefined;
  const note = v.getMetadata(schema as v.GenericSchema) as Partial<FieldNote>;
  if (note.expected !== undefined) return note as FieldNote;
  const { wrapped } = schema as { wrapped?: Schema };
  return noteOf(wrapped);
}

/** An object that has these fields and no others. */
export function fields<const E extends v.ObjectEntries>(entries: E) {
  // Without a prototype: `constructor` is not a field.
  return v.strictObject(
    Object.assign(Object.create(null) as object, entries) as E,
  );
}

/** An array of 1 to `most` items. */
export function list<const S extends Schema>(item: S, most: number) {
  return v.pipe(v.array(item), v.minLength(1), v.maxLength(most));
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  return v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(least),
    v.maxValue(most),
  );
}

/** A whole number in a query, as digits. */
export function wholeText(
  least: number,
  description: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  return v.pipe(
    field(
      v.pipe(v.string(), v.regex(/^\d+$/)),
      `a whole number ≥ ${least}`,
      { description, json: { type: "integer", minimum: least, ...more } },
    ),
    v.transform(Number),
    v.safeInteger(),
    v.minValue(least),
  );
}
