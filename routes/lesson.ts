/** What a fine-tune request asks for, read from JSON or a form and checked field by field. @module */

import type { Context } from "hono";
import { MAX_EXAMPLES } from "../src/service/learner.ts";
import { isKnown, UNKNOWN } from "../src/heads/head.ts";
import { type HeadSpec, kindOf } from "../src/heads/kinds.ts";
import {
  bodyKind,
  checkCount,
  type Field,
  readArray,
  readDataUrl,
  readFiles,
  readForm,
  readJson,
  shown,
} from "./body.ts";
import { problem } from "./problem.ts";

const MAX_STEPS = 20;
const DEFAULT_STEPS = 3;
const MAX_LEARNING_RATE = 0.1;
const DEFAULT_LEARNING_RATE = 2e-4;
/** A request's examples, with labels as numbers, and its options. */
export interface Lesson {
  readonly images: readonly Field<Uint8Array>[];
  /** Label of each image for each head, in the heads' order, or `UNKNOWN`. */
  readonly labels: readonly (readonly number[])[];
  readonly steps: number;
  readonly learningRate: number;
  readonly dryRun: boolean;
}

/** An example as it came, not checked yet. */
interface Example {
  readonly image: Field<Uint8Array>;
  /** By the head's name. */
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Options of a request, besides its examples. */
const OPTIONS = ["steps", "learningRate", "scope", "dryRun"] as const;

type Options = Readonly<Partial<Record<typeof OPTIONS[number], unknown>>>;

/** Reads and checks everything but the images themselves. */
export async function readLesson(
  c: Context,
  heads: readonly HeadSpec[],
): Promise<Lesson> {
  const { examples, options } = await readParts(c, heads);
  const labels = heads.map((head) =>
    examples.map(({ labels }, i) =>
      labelOf(`examples[${i}].${head.name}`, labels[head.name], head)
    )
  );
  checkLabelled(labels, heads);
  checkScope(options.scope);
  return {
    images: examples.map(({ image }) => image),
    labels,
    steps: numberOf("steps", options.steps, DEFAULT_STEPS, {
      expected: `a whole number from 1 to ${MAX_STEPS}`,
      fits: (value) =>
        Number.isInteger(value) && value >= 1 && value <= MAX_STEPS,
    }),
    learningRate: numberOf(
      "learningRate",
      options.learningRate,
      DEFAULT_LEARNING_RATE,
      {
        expected: `a number over 0 and up to ${MAX_LEARNING_RATE}`,
        fits: (value) => value > 0 && value <= MAX_LEARNING_RATE,
      },
    ),
    dryRun: booleanOf("dryRun", options.dryRun),
  };
}

async function readParts(
  c: Context,
  heads: readonly HeadSpec[],
): Promise<{ examples: Example[]; options: Options }> {
  switch (bodyKind(c)) {
    case "form":
      return await partsOfForm(await readForm(c), heads);
    case "json":
      return partsOfJson(await readJson(c), heads);
    default:
      throw problem(
        415,
        `Cannot fine-tune: expected multipart/form-data or JSON, got ${
          c.req.header("Content-Type") ?? "no Content-Type"
        }`,
      );
  }
}

function partsOfJson(
  body: Record<string, unknown>,
  heads: readonly HeadSpec[],
): { examples: Example[]; options: Options } {
  const { examples: list, ...options } = body;
  checkNames("", Object.keys(options), OPTIONS);
  const entries = readArray("examples", list);
  checkCount("examples", entries.length, MAX_EXAMPLES);
  const examples = entries.map(({ path, value }) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw problem(
        400,
        `Cannot read ${path}: expected an object, got ${shown(value)}`,
        {
          field: path,
        },
      );
    }
    const { image, ...labels } = value as Record<string, unknown>;
    checkNames(`${path}.`, Object.keys(labels), heads.map(({ name }) => name));
    return {
      image: readDataUrl({ path: `${path}.image`, value: image }),
      labels,
    };
  });
  return { examples, options };
}

async function partsOfForm(
  form: FormData,
  heads: readonly HeadSpec[],
): Promise<{ examples: Example[]; options: Options }> {
  const names = heads.map(({ name }) => name);
  checkNames("", [...form.keys()], ["image", ...names, ...OPTIONS]);
  const files = form.getAll("image");
  checkCount("examples", files.length, MAX_EXAMPLES);
  const columns = names.map((name) => {
    const fields = form.getAll(name);
    if (fields.length === 0 || fields.length === files.length) return fields;
    throw problem(
      400,
      `Cannot read ${name}: expected one for each of ${files.length} images ` +
        `(an empty one where it is not known) or none, got ${fields.length}`,
      { field: name },
    );
  });
  const images = await readFiles(
    files.map((value, i) => ({ path: `examples[${i}].image`, value })),
  );
  const examples = images.map((image, i) => ({
    image,
    labels: Object.fromEntries(names.map((name, h) => [name, columns[h]![i]])),
  }));
  const single = (name: typeof OPTIONS[number]) => form.get(name) ?? undefined;
  return {
    examples,
    options: {
      steps: numeral(single("steps")),
      learningRate: numeral(single("learningRate")),
      scope: single("scope"),
      dryRun: truth(single("dryRun")),
    },
  };
}

/** Refuses a field that nothing is read from: it may be a known one, misspelt. */
function checkNames(
  path: string,
  names: readonly string[],
  known: readonly string[],
): void {
  const stray = names.find((name) => !known.includes(name));
  if (stray === undefined) return;
  throw problem(
    400,
    `Cannot read ${path}${shortened(stray)}: expected no fields but ${
      known.join(", ")
    }`,
    { field: path + shortened(stray), known },
  );
}

function shortened(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}

/** A form's text as a number where it is one. */
function numeral(value: unknown): unknown {
  const isNumber = typeof value === "string" && value.trim() !== "" &&
    Number.isFinite(Number(value));
  return isNumber ? Number(value) : value;
}

/** A form's text as a truth value where it is one. */
function truth(value: unknown): unknown {
  return value === "true" ? true : value === "false" ? false : value;
}

/** A label as a number; an empty one is not known. */
function labelOf(path: string, value: unknown, head: HeadSpec): number {
  if (value === undefined || value === null || value === "") return UNKNOWN;
  const kind = kindOf(head);
  const label = kind.parse(head, value);
  if (label !== undefined) return label;
  const known = kind.groups(head);
  // A text may name a label that there is not; what is no text names none.
  const understood = known.length > 0 && typeof value === "string";
  throw problem(
    understood ? 422 : 400,
    `Cannot read ${path}: expected ${kind.expected(head)}, got ${shown(value)}`,
    { field: path, ...(understood && { known }) },
  );
}

function checkLabelled(
  labels: readonly (readonly number[])[],
  heads: readonly HeadSpec[],
): void {
  const bare = labels[0]!.findIndex((_, i) =>
    !labels.some((head) => isKnown(head[i]!))
  );
  if (bare < 0) return;
  const path = `examples[${bare}]`;
  const names = heads.map(({ name }) => name);
  throw problem(
    400,
    `Cannot read ${path}: expected a label for ${names.join(" or ")}, got none`,
    { field: path, known: names },
  );
}

function checkScope(scope: unknown): void {
  if (scope === undefined || scope === "heads") return;
  throw problem(
    422,
    `Cannot read scope: expected "heads", got ${shown(scope)}`,
    {
      field: "scope",
      known: ["heads"],
    },
  );
}

function numberOf(
  path: string,
  value: unknown,
  fallback: number,
  { expected, fits }: { expected: string; fits: (value: number) => boolean },
): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && fits(value)) return value;
  throw problem(
    400,
    `Cannot read ${path}: expected ${expected}, got ${shown(value)}`,
    {
      field: path,
    },
  );
}

function booleanOf(path: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  throw problem(
    400,
    `Cannot read ${path}: expected true or false, got ${shown(value)}`,
    {
      field: path,
    },
  );
}
