/** OpenAPI operations of the Open Inference Protocol. @module */

import { field, type Schema } from "../schemas/field.ts";
import * as schemas from "../schemas/inference.ts";
import { string } from "valibot";
import type { Operation } from "./operation.ts";

const model = { model: schemas.modelName };
const version = {
  version: field(string(), "a version", {
    description: "The version that is served; any other is not found.",
  }),
};

function reading(
  id: string,
  path: string,
  summary: string,
  schema: Schema,
  rest: Partial<Operation> = {},
): Operation {
  return {
    id,
    method: "get",
    path,
    tag: "Open Inference Protocol",
    summary,
    answers: {
      200: {
        description: "The answer.",
        content: { "application/json": schema },
      },
    },
    ...rest,
  };
}

/** The operations of a model; `suffix` distinguishes those of a version from those of the newest. */
function ofModel(path: string, suffix: string, params: Operation["params"]) {
  const keyed = { role: "predict", problems: [401, 403, 404] } as const;
  return [
    reading(
      `model${suffix}`,
      path,
      "Describes the inputs and outputs of the model.",
      schemas.modelAnswer,
      {
        ...keyed,
        ...(params && { params }),
      },
    ),
    reading(
      `modelReady${suffix}`,
      `${path}/ready`,
      "Says that the model is ready.",
      schemas.modelReadyAnswer,
      {
        problems: [404],
        ...(params && { params }),
      },
    ),
    {
      ...reading(
        `infer${suffix}`,
        `${path}/infer`,
        "Predicts; each head is an output.",
        schemas.inferAnswer,
      ),
      ...keyed,
      method: "post",
      ...(params && { params }),
      body: { "application/json": schemas.inferBody },
      problems: [401, 403, 404, 408, 413, 415, 422],
    } satisfies Operation,
  ];
}

/** The operations of the protocol. */
export const inferenceOperations: readonly Operation[] = [
  reading(
    "inferenceServer",
    "/v2",
    "Describes the server.",
    schemas.serverAnswer,
  ),
  reading(
    "inferenceLive",
    "/v2/health/live",
    "Says that the server is alive.",
    schemas.liveAnswer,
  ),
  reading(
    "inferenceReady",
    "/v2/health/ready",
    "Says that the server is ready.",
    schemas.serverReadyAnswer,
  ),
  ...ofModel("/v2/models/{model}", "", model),
  ...ofModel("/v2/models/{model}/versions/{version}", "Version", {
    ...model,
    ...version,
  }),
];
