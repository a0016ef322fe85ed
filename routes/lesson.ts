/** Fine-tune requests, read from JSON or a form and checked by their schema. @module */

import type { Context } from "hono";
import type { RequestLimits } from "../src/service/limits.ts";
import { isKnown, UNKNOWN } from "../src/heads/head.ts";
import type { HeadSpec } from "../src/heads/kinds.ts";
import {
  bodyKind,
  type Field,
  readDataUrl,
  readForm,
  readJson,
  shown,
} from "./body.ts";
import type { Form, FormValue } from "./form.ts";
import { problem } from "./problem.ts";
import { check, strayName } from "./schemas/check.ts";
import {
  finetuneBody,
  finetuneForm,
  finetuneOptions,
  MAX_STEPS,
} from "./schemas/finetune.ts";

/** The image of an example: its bytes, or the id that a prediction gave it. */
export type Source =
  | { readonly kind: "image"; readonly field: Field<Uint8Array> }
  | { readonly kind: "prediction"; readonly field: Field<string> };

/** A request's examples, with labels as numbers, and its options. */
export interface Lesson {
  readonly sources: readonly Source[];
  readonly heads: readonly HeadSpec[];
  /** Label of each image for each head, in the heads' order, or `UNKNOWN`. */
  readonly labels: readonly (readonly number[])[];
  readonly mode: "correct" | "steps";
  readonly steps: number | undefined;
  readonly learningRate: number | undefined;
  readonly margin: number | undefined;
  readonly trusted: boolean | undefined;
  readonly dryRun: boolean;
}

/** The fields that give an example's image. */
const IMAGES = ["image", "predictionId"] as const;

/** Names of the options of a request, besides its examples. */
export const OPTIONS = Object.keys(finetuneOptions);

/** An example whose labels are numbers. */
interface Example {
  readonly source: Source;
  /** By the head's name. */
  readonly labels: Readonly<Record<string, number | undefined>>;
}

/** The body of a request, before it is checked. */
export type LessonBody =
  | { readonly form: Form }
  | { readonly json: Record<string, unknown> };

/** Reads the body as it is. */
export async function readLessonBody(
  c: Context,
  limits: RequestLimits,
): Promise<LessonBody> {
  switch (bodyKind(c)) {
    case "form":
      return { form: await readForm(c, limits) };
    case "json":
      return { json: await readJson(c, limits) };
    default:
      throw problem(
        415,
        `Cannot fine-tune: expected multipart/form-data or JSON, got ${
          shown(c.req.header("Content-Type"))
        }`,
      );
  }
}

/** Checks everything but the images themselves. */
export async function readLesson(
  body: LessonBody,
  heads: readonly HeadSpec[],
): Promise<Lesson> {
  const { examples, mode = "correct", steps, dryRun = false, ...rest } =
    await checkedBody(body, heads);
  checkLabelled(examples, heads);
  if (mode === "steps" && steps === 0) throw noSteps();
  return {
    sources: examples.map(({ source }) => source),
    heads,
    labels: heads.map(({ name }) =>
      examples.map(({ labels }) => labels[name] ?? UNKNOWN)
    ),
    mode,
    steps,
    learningRate: rest.learningRate,
    margin: rest.margin,
    trusted: rest.trusted,
    dryRun,
  };
}

async function checkedBody(body: LessonBody, heads: readonly HeadSpec[]) {
  if ("form" in body) {
    const form = valueOfForm(body.form, heads);
    const { examples, ...options } = check(finetuneForm(heads), form);
    const read = (field: Field<Uint8Array>) => Promise.resolve(field);
    return { ...options, examples: await withSources(examples, read) };
  }
  const { examples, ...options } = check(finetuneBody(heads), body.json);
  return { ...options, examples: await withSources(examples, readDataUrl) };
}

/** An example as its schema gives it back. */
interface CheckedExample<I> extends Pick<Example, "labels"> {
  readonly image: I | undefined;
  readonly predictionId: string | undefined;
}

/** Examples with their images, read one after the other. */
async function withSources<I>(
  examples: readonly CheckedExample<I>[],
  read: (field: Field<I>) => Promise<Field<Uint8Array>>,
): Promise<Example[]> {
  const complete: Example[] = [];
  for (const [i, example] of examples.entries()) {
    const source = await sourceOf(`examples[${i}]`, example, read);
    complete.push({ source, labels: example.labels });
  }
  return complete;
}

/** The image of an example, which is given in exactly one way. */
async function sourceOf<I>(
  path: string,
  { image, predictionId }: CheckedExample<I>,
  read: (field: Field<I>) => Promise<Field<Uint8Array>>,
): Promise<Source> {
  if ((image === undefined) === (predictionId === undefined)) {
    throw oneImage(path, image === undefined ? "neither" : "both");
  }
  if (image === undefined) {
    const field = { path: `${path}.predictionId`, value: predictionId! };
    return { kind: "prediction", field };
  }
  const field = await read({ path: `${path}.image`, value: image });
  return { kind: "image", field };
}

function oneImage(path: string, got: string, field = path) {
  return problem(
    400,
    `Cannot read ${path}: expected an image or a predictionId, got ${got}`,
    { field, known: IMAGES },
  );
}

/** A form as the equivalent JSON value: the n-th image and the n-th label of each head make an example. */
function valueOfForm(
  form: Form,
  heads: readonly HeadSpec[],
): Record<string, unknown> {
  const names = heads.map(({ name }) => name);
  const known: string[] = [...IMAGES, ...names, ...OPTIONS];
  const stray = form.names.find((name) => !known.includes(name));
  if (stray !== undefined) throw strayName("", stray, known);
  const [images, ids] = IMAGES.map((name) => form.getAll(name));
  if ((images!.length > 0) === (ids!.length > 0)) {
    const got = images!.length > 0 ? "both" : "neither";
    throw oneImage("the form", got, "image");
  }
  const name = ids!.length > 0 ? "predictionId" : "image";
  const sources = ids!.length > 0 ? ids! : images!;
  const columns = names.map((name) =>
    [name, columnOf(form, name, sources.length)] as const
  );
  const examples = sources.map((source, i) => ({
    [name]: source,
    ...Object.fromEntries(columns.map(([name, column]) => [name, column[i]])),
  }));
  const options = OPTIONS.flatMap((name) => {
    const value = form.get(name);
    return value === null ? [] : [[name, plainValue(name, value)] as const];
  });
  return { examples, ...Object.fromEntries(options) };
}

/** The labels of one head: one for each image, or none at all. */
function columnOf(form: Form, name: string, images: number): FormValue[] {
  const labels = form.getAll(name);
  if (labels.length === 0 || labels.length === images || images === 0) {
    return labels;
  }
  throw problem(
    400,
    `Cannot read ${name}: expected one for each of ${images} images ` +
      `(an empty one where it is not known) or none, got ${labels.length}`,
    { field: name },
  );
}

/** A form's text as the number or boolean that it stands for. */
function plainValue(name: string, value: FormValue): unknown {
  if (name === "mode" || name === "scope" || typeof value !== "string") {
    return value;
  }
  if (value === "true" || value === "false") return value === "true";
  const number = value.trim() === "" ? NaN : Number(value);
  return Number.isFinite(number) ? number : value;
}

function checkLabelled(
  examples: readonly Example[],
  heads: readonly HeadSpec[],
): void {
  const names = heads.map(({ name }) => name);
  const bare = examples.findIndex(({ labels }) =>
    !names.some((name) => isKnown(labels[name] ?? UNKNOWN))
  );
  if (bare < 0) return;
  const path = `examples[${bare}]`;
  throw problem(
    400,
    `Cannot read ${path}: expected a label for ${names.join(" or ")}, got none`,
    { field: path, known: names },
  );
}

function noSteps() {
  return problem(
    400,
    `Cannot read steps: expected a whole number from 1 to ${MAX_STEPS} in mode steps, got 0`,
    { field: "steps" },
  );
}
