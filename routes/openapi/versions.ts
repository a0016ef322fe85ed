/** OpenAPI operations of the history. @module */

import { wholeText } from "../schemas/field.ts";
import {
  versionAnswer,
  versionsAnswer,
  versionsQuery,
} from "../schemas/versions.ts";
import { modelQuery } from "../schemas/model_file.ts";
import { CONTENT_LOCATION, ETAG, IF_NONE_MATCH } from "./headers.ts";
import type { Operation } from "./operation.ts";

/** The operations that read the history. */
export const versionOperations: readonly Operation[] = [{
  id: "listVersions",
  method: "get",
  path: "/versions",
  tag: "Versions",
  summary: "Lists the versions, newest first.",
  role: "predict",
  query: versionsQuery,
  answers: {
    200: {
      description: "The versions.",
      content: { "application/json": versionsAnswer },
    },
  },
  problems: [401, 403],
}, {
  id: "getVersion",
  method: "get",
  path: "/versions/{version}",
  tag: "Versions",
  summary: "Describes one version.",
  role: "predict",
  params: { version: wholeText(0, "The number of the version.") },
  answers: {
    200: {
      description: "The version, its tensors, and the request that made it.",
      content: { "application/json": versionAnswer },
      headers: { ETag: ETAG },
    },
  },
  problems: [401, 403, 404],
}, {
  id: "getModel",
  method: "get",
  path: "/model",
  tag: "Versions",
  summary: "Returns what prediction needs as a safetensors file.",
  description:
    "Weights, heads and calibration, with which a browser predicts by the same kernels. " +
    "With since, tensors that are the same in that version are left out, " +
    "and the metadata since of the file is that version's entity tag.",
  role: "predict",
  query: modelQuery,
  headers: { "If-None-Match": IF_NONE_MATCH },
  answers: {
    200: {
      description: "The file.",
      content: { "application/octet-stream": {} },
      headers: { ETag: ETAG, "Content-Location": CONTENT_LOCATION },
    },
    304: {
      description: "The version has one of those entity tags.",
      headers: { ETag: ETAG, "Content-Location": CONTENT_LOCATION },
    },
  },
  problems: [401, 403, 404],
}];
