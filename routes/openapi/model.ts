/** OpenAPI operations of POST /predict and POST /finetune. @module */

import type { HeadSpec } from "../../src/heads/kinds.ts";
import { MAX_EXAMPLES } from "../../src/service/learner.ts";
import type { RequestLimits } from "../../src/service/limits.ts";
import type { Schema } from "../schemas/field.ts";
import {
  finetuneAnswer,
  finetuneBody,
  finetuneOptions,
} from "../schemas/finetune.ts";
import {
  predictAnswer,
  predictBody,
  predictQuery,
} from "../schemas/predict.ts";
import { files, formOf } from "./forms.ts";
import { ETAG, IDEMPOTENCY_KEY, IF_MATCH } from "./headers.ts";
import { jsonSchema } from "./json_schema.ts";
import type { Content, Json, Operation } from "./operation.ts";

const IMAGE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif"];

/** The answer if Accept asks for events. */
const EVENTS: Json = {
  type: "string",
  description:
    "The events `checked`, `decoded`, in mode steps a `step` after each, then `answer` with the answer as JSON, or `problem` with a problem.",
};

/** The operations that predict and fine-tune. */
export function modelOperations(
  { heads, limits }: {
    readonly heads: readonly HeadSpec[];
    readonly limits: RequestLimits;
  },
): Operation[] {
  return [{
    id: "predict",
    method: "post",
    path: "/predict",
    tag: "Model",
    summary: "Predicts images.",
    description:
      `Takes the bytes of one image, a form of up to ${limits.images}, or JSON of data: URLs; ` +
      `${limits.bodyBytes} bytes and ${limits.pixels} pixels per image at most.`,
    role: "predict",
    query: predictQuery,
    body: predictContent(limits.images),
    answers: {
      200: {
        description:
          "The answers of all heads for each image, in the order of the images.",
        content: { "application/json": predictAnswer(heads) },
        headers: { ETag: ETAG },
      },
    },
    problems: [401, 403, 404, 408, 413, 415, 422],
  }, {
    id: "finetune",
    method: "post",
    path: "/finetune",
    tag: "Model",
    summary: "Teaches the model corrected examples.",
    description:
      "Makes a new version of the model, unless the guard refuses it: " +
      "then accepted is false, reason says why, and nothing changes. " +
      "In a form, the n-th image and the n-th label of each head make an example.",
    role: "finetune",
    headers: { "If-Match": IF_MATCH, "Idempotency-Key": IDEMPOTENCY_KEY },
    body: {
      "application/json": finetuneBody(heads),
      "multipart/form-data": finetuneFormJson(heads),
    },
    answers: {
      200: {
        description: "The effect on the model and on each example.",
        content: {
          "application/json": finetuneAnswer(heads),
          "text/event-stream": EVENTS,
        },
        headers: { ETag: ETAG },
      },
    },
    problems: [401, 403, 408, 409, 412, 413, 415, 422],
  }];
}

function predictContent(most: number): Content {
  return {
    // The first is what the page offers to try.
    "multipart/form-data": formOf({ image: files(most) }, ["image"]),
    "application/json": predictBody(most),
    ...Object.fromEntries(IMAGE_TYPES.map((type) => [type, {}])),
    "application/octet-stream": {},
  };
}

function finetuneFormJson(heads: readonly HeadSpec[]): Json {
  const columns = heads.map(({ name }) =>
    [name, { type: "array", items: { type: "string" } }] as const
  );
  const options = Object.entries(finetuneOptions).map(([name, schema]) =>
    [name, jsonSchema(schema as Schema)] as const
  );
  return formOf({
    image: files(MAX_EXAMPLES),
    predictionId: { type: "array", items: { type: "string" } },
    ...Object.fromEntries([...columns, ...options]),
  }, []);
}
