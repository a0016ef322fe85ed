/** Schemas as JSON Schema of 2020-12, the dialect of OpenAPI 3.1. @module */

import { toJsonSchema } from "@valibot/to-json-schema";
import type { FieldNote, Schema } from "../schemas/field.ts";
import type { Json } from "./operation.ts";

/** The JSON Schema of a schema's input. */
export function jsonSchema(schema: Schema): Json {
  const { $schema: _, ...json } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "input",
    // A whole number is one however it is checked to be.
    errorMode: "ignore",
    overrideAction({ valibotAction, jsonSchema }) {
      switch (valibotAction.type) {
        case "metadata": {
          const { json } = (valibotAction as { metadata?: Partial<FieldNote> })
            .metadata ?? {};
          return json ?? jsonSchema;
        }
        case "safe_integer":
          return { ...jsonSchema, type: "integer" };
        case "description": {
          const { description } = valibotAction as { description?: string };
          return description ? { ...jsonSchema, description } : jsonSchema;
        }
        default:
          return undefined;
      }
    },
  });
  return json as Json;
}
