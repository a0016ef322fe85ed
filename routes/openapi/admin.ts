/** OpenAPI operations of the admin routes. @module */

import {
  importAnswer,
  rollbackAnswer,
  tagAnswer,
  tagName,
  versionBody,
} from "../schemas/admin.ts";
import { ETAG, IF_MATCH } from "./headers.ts";
import type { Operation } from "./operation.ts";

const name = { name: tagName };

/** The operations that roll back, move states and tag versions. */
export const adminOperations: readonly Operation[] = [{
  id: "rollback",
  method: "post",
  path: "/rollback",
  tag: "Administration",
  summary: "Makes a new version that equals an old one.",
  role: "admin",
  headers: { "If-Match": IF_MATCH },
  body: { "application/json": versionBody },
  answers: {
    200: {
      description: "The new version.",
      content: { "application/json": rollbackAnswer },
      headers: { ETag: ETAG },
    },
  },
  problems: [401, 403, 404, 408, 409, 412, 413, 415],
}, {
  id: "exportState",
  method: "get",
  path: "/export",
  tag: "Administration",
  summary: "Returns the whole state as one safetensors file, moments included.",
  role: "admin",
  answers: {
    200: {
      description: "The file.",
      content: { "application/octet-stream": {} },
      headers: {
        ETag: ETAG,
        "Content-Disposition": { description: "A name for the file." },
      },
    },
  },
  problems: [401, 403],
}, {
  id: "importState",
  method: "post",
  path: "/import",
  tag: "Administration",
  summary: "Makes a new version from a file of /export.",
  role: "admin",
  headers: { "If-Match": IF_MATCH },
  body: { "application/octet-stream": {} },
  answers: {
    200: {
      description: "The new version.",
      content: { "application/json": importAnswer },
      headers: { ETag: ETAG },
    },
  },
  problems: [401, 403, 408, 409, 412, 413, 415, 422],
}, {
  id: "setTag",
  method: "put",
  path: "/tags/{name}",
  tag: "Administration",
  summary: "Tags a version, so that it is kept however old it gets.",
  role: "admin",
  params: name,
  body: { "application/json": versionBody },
  answers: {
    200: {
      description: "The tag.",
      content: { "application/json": tagAnswer },
    },
  },
  problems: [401, 403, 404, 408, 413, 415],
}, {
  id: "deleteTag",
  method: "delete",
  path: "/tags/{name}",
  tag: "Administration",
  summary: "Deletes a tag.",
  role: "admin",
  params: name,
  answers: { 204: { description: "The tag does not exist any more." } },
  problems: [401, 403],
}];
