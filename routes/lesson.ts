/** What a fine-tune request asks for, read from JSON or a form and checked field by field. @module */

import type { Context } from "hono";
import { MAX_EXAMPLES } from "../src/service/learner.ts";
import type { Labels } from "../src/service/answers.ts";
import type { RequestLimits } from "../src/service/limits.ts";
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
import type { Form } from "./form.ts";
import { problem } from "./problem.ts";

const MAX_STEPS = 20;
const DEFAULT_STEPS = 3;
const MAX_LEARNING_RATE = 0.1;
const DEFAULT_LEARNING_RATE = 2e-4;
/** A label that the request does not give. */
const MISSING = -1;

/** A request's examples, with classes for labels, and its options. */
export interface Lesson {
  readonly images: readonly Field<Uint8Array>[];
  readonly domains: readonly number[];
  readonly items: readonly number[];
  readonly steps: number;
  readonly learningRate: number;
  readonly dryRun: boolean;
}

/** An example and its options as they came, not checked yet. */
interface Example {
  readonly image: Field<Uint8Array>;
  readonly domain: unknown;
  readonly item: unknown;
}

type Options = Readonly<
  Record<"steps" | "learningRate" | "scope" | "dryRun", unknown>
>;

/** Reads and checks everything but the pictures themselves. */
export async function readLesson(
  c: Context,
  labels: Labels,
  limits: RequestLimits,
): Promise<Lesson> {
  const { examples, options } = await readParts(c, limits);
  const domains = examples.map(({ domain }, i) =>
    classOf(`examples[${i}].domain`, domain, labels.domains)
  );
  const items = examples.map(({ item }, i) =>
    classOf(`examples[${i}].item`, item, labels.items)
  );
  checkLabelled(domains, items);
  checkScope(options.scope);
  return {
    images: examples.map(({ image }) => image),
    domains,
    items,
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
  limits: RequestLimits,
): Promise<{ examples: Example[]; options: Options }> {
  switch (bodyKind(c)) {
    case "form":
      return partsOfForm(await readForm(c, limits));
    case "json":
      return partsOfJson(await readJson(c, limits));
    default:
      throw problem(
        415,
        `Cannot fine-tune: expected multipart/form-data or JSON, got ${
          shown(c.req.header("Content-Type"))
        }`,
      );
  }
}

function partsOfJson(
  body: Record<string, unknown>,
): { examples: Example[]; options: Options } {
  const entries = readArray("examples", body.examples);
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
    const { image, domain, item } = value as Record<string, unknown>;
    return {
      image: readDataUrl({ path: `${path}.image`, value: image }),
      domain,
      item,
    };
  });
  const { steps, learningRate, scope, dryRun } = body;
  return { examples, options: { steps, learningRate, scope, dryRun } };
}

function partsOfForm(
  form: Form,
): { examples: Example[]; options: Options } {
  const files = form.getAll("image");
  checkCount("examples", files.length, MAX_EXAMPLES);
  const [domains, items] = ["domain", "item"].map((name) => {
    const fields = form.getAll(name);
    if (fields.length === 0 || fields.length === files.length) return fields;
    throw problem(
      400,
      `Cannot read ${name}: expected one for each of ${files.length} images ` +
        `(an empty one where it is not known) or none, got ${fields.length}`,
      { field: name },
    );
  });
  const images = readFiles(
    files.map((value, i) => ({ path: `examples[${i}].image`, value })),
  );
  const examples = images.map((image, i) => ({
    image,
    domain: domains![i],
    item: items![i],
  }));
  const single = (name: string) => form.get(name) ?? undefined;
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

function classOf(
  path: string,
  label: unknown,
  known: readonly string[],
): number {
  if (label === undefined || label === null || label === "") return MISSING;
  if (typeof label !== "string") {
    throw problem(
      400,
      `Cannot read ${path}: expected a text, got ${shown(label)}`,
      { field: path },
    );
  }
  const index = known.indexOf(label);
  if (index >= 0) return index;
  throw problem(
    422,
    `Cannot read ${path}: expected one of ${known.join(", ")}, got ${
      shown(label)
    }`,
    {
      field: path,
      known,
    },
  );
}

function checkLabelled(
  domains: readonly number[],
  items: readonly number[],
): void {
  const bare = domains.findIndex((domain, i) =>
    domain === MISSING && items[i] === MISSING
  );
  if (bare < 0) return;
  const path = `examples[${bare}]`;
  throw problem(
    400,
    `Cannot read ${path}: expected a domain or an item, got neither`,
    {
      field: path,
    },
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
