/**
 * What the Open Inference Protocol lets a server and a client say, as JSON Schema.
 *
 * Source: KServe, Open Inference Protocol, open_inference_rest.yaml, version 2.0, whose
 * objects and required fields these are. Numbers of values are left to the tests.
 *
 * @module
 */

import { Ajv2020 } from "ajv/dist/2020.js";

const text = { type: "string" };
const shape = { type: "array", items: { type: "integer" } };
const parameters = { type: "object" };
const data = { $ref: "protocol#/$defs/data" };

function object(
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[],
) {
  return { type: "object", properties, required };
}

function listOf(items: unknown) {
  return { type: "array", items };
}

const tensor = object(
  { name: text, shape, datatype: text, parameters, data },
  ["name", "shape", "datatype", "data"],
);
const described = object(
  { name: text, datatype: text, shape },
  ["name", "datatype", "shape"],
);

/** The bodies of the protocol. */
const BODIES = {
  server: object(
    { name: text, version: text, extensions: listOf(text) },
    ["name", "version", "extensions"],
  ),
  model: object(
    {
      name: text,
      versions: listOf(text),
      platform: text,
      inputs: listOf(described),
      outputs: listOf(described),
    },
    ["name", "platform"],
  ),
  request: object(
    {
      id: text,
      parameters,
      inputs: listOf(tensor),
      outputs: listOf(object({ name: text, parameters }, ["name"])),
    },
    ["inputs"],
  ),
  response: object(
    {
      model_name: text,
      model_version: text,
      id: text,
      parameters,
      outputs: listOf(tensor),
    },
    ["model_name", "outputs"],
  ),
  error: object({ error: text }, ["error"]),
};

const ajv = new Ajv2020();
ajv.addSchema({
  $id: "protocol",
  $defs: {
    data: listOf({
      anyOf: [data, { type: ["number", "string", "boolean"] }],
    }),
    ...BODIES,
  },
}, "protocol");

/** Throws where a body is not one of the protocol. */
export function checkBody(kind: keyof typeof BODIES, body: unknown): void {
  if (ajv.validate({ $ref: `protocol#/$defs/${kind}` }, body)) return;
  throw new TypeError(
    `Cannot read a ${kind} of the protocol: ${ajv.errorsText()} in ${
      JSON.stringify(body)
    }`,
  );
}
