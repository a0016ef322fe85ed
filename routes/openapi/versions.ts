/** The history, as the documentation tells it. @module */

import { wholeText } from "../schemas/field.ts";
import {
  versionAnswer,
  versionsAnswer,
  versionsQuery,
} from "../schemas/versions.ts";
import { ETAG } from "./headers.ts";
import type { Operation } from "./operation.ts";

/** The operations that tell the history. */
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
  summary: "Tells of one version.",
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
}];
