/** The Open Inference Protocol, version 2, over JSON. @module */

import * as v from "valibot";
import { field, fields, list, whole } from "./field.ts";

/** The most classes that `classification` may ask for. */
const MAX_CLASSES = 10_000;
/** Dimensions of pixels. */
const MAX_DIMENSIONS = 4;
/** Outputs that are asked for. A head may be asked for more than once. */
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
  // Nested or flat: it is taken apart by its type and shape.
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

/** An output that is asked for. */
const requested = fields({
  name,
  parameters: v.optional(
    fields({
      classification: v.optional(
        field(whole(1, MAX_CLASSES), "a whole number ≥ 1", {
          description: "Gives the likeliest so many classes as texts.",
        }),
      ),
      binary_data: v.optional(
        field(v.literal(false), "false: data comes as JSON"),
      ),
    }),
  ),
});

/** What infer takes. */
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

/** What infer answers. */
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

/** What a model takes and gives. */
export const modelAnswer = fields({
  name: v.string(),
  versions: v.array(v.string()),
  platform: v.string(),
  inputs: v.array(described),
  outputs: v.array(described),
});

/** What the server is. */
export const serverAnswer = fields({
  name: v.string(),
  version: v.string(),
  extensions: v.array(v.string()),
});

/** That the server lives. */
export const liveAnswer = fields({ live: v.boolean() });

/** That the server can work. */
export const serverReadyAnswer = fields({ ready: v.boolean() });

/** That a model can be asked. */
export const modelReadyAnswer = fields({
  name: v.string(),
  ready: v.boolean(),
});

/** The name of the one model. */
export const MODEL = "tandem";

/** The path's name of a model. */
export const modelName = field(v.picklist([MODEL]), MODEL, { known: [MODEL] });

/** An input of a request, checked. */
export type Input = v.InferOutput<typeof input>;

/** An output that a request asks for. */
export type Requested = v.InferOutput<typeof requested>;

/** An output of an answer. */
export type Output = v.InferOutput<typeof output>;
