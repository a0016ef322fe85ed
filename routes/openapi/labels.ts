/** OpenAPI operations of labels. @module */

import type { RequestLimits } from "../../src/service/limits.ts";
import {
  className,
  headName,
  labelAnswer,
  labelBody,
  renameBody,
} from "../schemas/labels.ts";
import { files, formOf } from "./forms.ts";
import { ETAG, IF_MATCH } from "./headers.ts";
import type { Answer, Operation } from "./operation.ts";

const changed: Answer = {
  description: "The new version.",
  content: { "application/json": labelAnswer },
  headers: { ETag: ETAG },
};

const shared = {
  tag: "Labels",
  role: "finetune",
  headers: { "If-Match": IF_MATCH },
} as const;

const named = {
  path: "/labels/{head}/{name}",
  params: { head: headName, name: className },
};

/** The operations that change labels. */
export function labelOperations(
  { limits }: { readonly limits: RequestLimits },
): Operation[] {
  const text = { type: "string", minLength: 1 };
  return [{
    ...shared,
    id: "addLabel",
    method: "post",
    path: "/labels",
    summary: "Adds a class to a head, from images of it.",
    body: {
      "application/json": labelBody(limits.images),
      "multipart/form-data": formOf(
        { head: text, label: text, image: files(limits.images) },
        ["head", "label", "image"],
      ),
    },
    answers: { 200: changed },
    problems: [401, 403, 404, 408, 409, 412, 413, 415, 422],
  }, {
    ...shared,
    ...named,
    id: "renameLabel",
    method: "patch",
    summary: "Gives a class another name.",
    body: { "application/json": renameBody },
    answers: { 200: changed },
    problems: [401, 403, 404, 408, 409, 412, 413, 415, 422],
  }, {
    ...shared,
    ...named,
    id: "retireLabel",
    method: "delete",
    summary: "Retires a class; older versions keep it.",
    answers: { 200: changed },
    problems: [401, 403, 404, 409, 412, 422],
  }];
}
