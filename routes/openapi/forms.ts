/** Forms in JSON Schema. @module */

import type { Json } from "./operation.ts";

const FILE: Json = {
  type: "string",
  contentMediaType: "application/octet-stream",
  format: "binary", // tools of OpenAPI 3.0 offer files by it
};

/** 1 to `most` files of one name. */
export function files(most: number): Json {
  return { type: "array", items: FILE, minItems: 1, maxItems: most };
}

/** A form of these parts. */
export function formOf(properties: Json, required: readonly string[]): Json {
  return { type: "object", properties, required, additionalProperties: false };
}
