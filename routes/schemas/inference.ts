/** The Open Inference Protocol, version 2, over JSON. @module */

import * as v from "valibot";
import { field, fields, list, whole } from "./field.ts";

/** The most classes that `classification` may ask for. */
const MAX_CLASSES = 10_000;
/** Dimensions of pixels. */
const MAX_DIMENSIONS = 4;
/** The most outputs of one request. A head may be requested more than once. */
const MAX_OUTPUTS = 100;

const parameters = v.optional(v.record(v.string(), v.unknown()));

const name = field(v.pipe(v.string(), v.minLength(1)), "a name");

const tensor = {
  name,
  shape: field(
    v.pipe(v.array(whole(0)), v.maxLength(MAX_DIMENSIONS)),
    "an array of whole numbers",
  ),
  parameters,
  // Nested or flat: it is parsed by its type and shape.
  data: field(v.array(v.unknown()), "an array", {
    description: "Flat, or nested by the shape.",
    json: { type: "array" },
  }),
};

/** The input: pixels, or encoded images. */
const input = fields({
  ...tensor,
  datatype: field(v.picklist(["UINT8", "BYTES"]), "UINT8 or BYTES", {
    known: ["UINT8", "BYTES"],
    description:
      "UINT8: RGB pixels, shape [N, height, width, 3]. BYTES: encoded images in base64, shape [N].",
  }),
});

/** A requested output. */
const requested = fields({
  name,
  parameters: v.optional(
    fields({
      classification: v.optional(
        field(whole(1, MAX_CLASSES), "a whole number ≥ 1", {
          description: "The number of likeliest classes to return, as strings.",
        }),
      ),
      binary_data: v.optional(
        field(v.literal(false), "false: data comes as JSON"),
      ),
    }),
  ),
});

/** The body of infer. */
export const inferBody = fields({
  id: v.optional(field(v.string(), "a text")),
  parameters,
  inputs: list(input, 1),
  outputs: v.optional(field(
    v.pipe(v.array(requested), v.maxLength(MAX_OUTPUTS)),
    "an array of outputs",
  )),
});

/** A tensor of an answer. */
const output = fields({
  name: v.string(),
  datatype: v.picklist(["FP32", "BYTES"]),
  shape: v.array(whole(0)),
  data: v.array(v.union([v.number(), v.string()])),
});

/** The answer of infer. */
export const inferAnswer = fields({
  model_name: v.string(),
  model_version: v.string(),
  id: v.optional(v.string()),
  outputs: v.array(output),
});

const described = fields({
  name: v.string(),
  datatype: v.string(),
  shape: v.array(v.number()),
});

/** The metadata of a model: its inputs and outputs. */
export const modelAnswer = fields({
  name: v.string(),
  versions: v.array(v.string()),
  platform: v.string(),
  inputs: v.array(described),
  outputs: v.array(described),
});

/** The metadata of the server. */
export const serverAnswer = fields({
  name: v.string(),
  version: v.string(),
  extensions: v.array(v.string()),
});

/** The answer of a server that is alive. */
export const liveAnswer = fields({ live: v.boolean() });

/** The answer of a server that is ready. */
export const serverReadyAnswer = fields({ ready: v.boolean() });

/** The answer of a model that is ready. */
export const modelReadyAnswer = fields({
  name: v.string(),
  ready: v.boolean(),
});

/** The name of the one model. */
export const MODEL = "tandem";

/** The name of a model in a path. */
export const modelName = field(v.picklist([MODEL]), MODEL, { known: [MODEL] });

/** An input of a request, checked. */
export type Input = v.InferOutput<typeof input>;

/** A requested output, checked. */
export type Requested = v.InferOutput<typeof requested>;

/** An output of an answer. */
export type Output = v.InferOutput<typeof output>;
