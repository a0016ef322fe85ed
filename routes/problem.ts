/**
 * Errors as RFC 9457 problem details.
 *
 * @module
 */

import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { recordOf } from "./record.ts";
import {
  BusyError,
  ConflictError,
  IdempotencyError,
  ImageError,
  PreconditionError,
  StoreError,
} from "../src/errors.ts";

/** The titles of statuses. */
export const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** Seconds after which a caller may try again. */
const RETRY_AFTER = "1";

/** Members of a problem besides its status and detail. */
export interface ProblemMembers {
  /** The path of the offending field, such as `examples[1].image`. */
  readonly field?: string;
  /** The values that are valid here. */
  readonly known?: readonly string[];
}

interface ProblemCause {
  readonly members: ProblemMembers;
  readonly headers: Readonly<Record<string, string>>;
}

/** An error to be thrown by a route: what could not be done, what was expected, what came. */
export function problem(
  status: ContentfulStatusCode,
  detail: string,
  members: ProblemMembers = {},
  headers: Readonly<Record<string, string>> = {},
): HTTPException {
  const cause: ProblemCause = { members, headers };
  return new HTTPException(status, { message: detail, cause });
}

/** The problem for an image that was refused, at its field in the request. */
export function imageProblem(error: ImageError, field: string): HTTPException {
  const status = ({
    unsupported: 415,
    malformed: 400,
    "too-large": 413,
    "too-costly": 422,
  } as const)[error.reason];
  return problem(status, error.message, { field });
}

/** The problem for a version that does not exist. */
export function unknownVersion(
  version: number,
  field = "version",
): HTTPException {
  return problem(
    404,
    `Cannot find version ${version}: it never existed, or it was removed`,
    { field },
  );
}

/** Answers an error. An unexpected one is logged, and answered with 500 without details. */
export function answerError(error: Error, c: Context): Response {
  const { id: requestId, report = console.error } = recordOf(c);
  const known = error instanceof HTTPException ? error : foreseen(error);
  if (error instanceof StoreError && error.cause !== undefined) {
    report(`Request ${requestId}: ${error.message}: ${error.cause}`);
  }
  if (known !== undefined) return answer(c, known);
  report(`Request ${requestId} failed: ${Deno.inspect(error)}`);
  return answer(
    c,
    problem(
      500,
      `Cannot answer: the server failed, and logged it as request ${requestId}`,
    ),
  );
}

function foreseen(error: Error): HTTPException | undefined {
  const retry = { "Retry-After": RETRY_AFTER };
  if (error instanceof BusyError) return problem(503, error.message, {}, retry);
  if (error instanceof ConflictError) {
    return problem(409, error.message, {}, retry);
  }
  if (error instanceof PreconditionError) return problem(412, error.message);
  if (error instanceof IdempotencyError) {
    return problem(422, error.message, { field: "Idempotency-Key" });
  }
  if (error instanceof StoreError) {
    return problem(503, error.message, {}, retry);
  }
  return undefined;
}

function answer(c: Context, error: HTTPException): Response {
  const { members, headers } =
    (error.cause ?? { members: {}, headers: {} }) as ProblemCause;
  const { status, message: detail } = error;
  const body = {
    type: "about:blank",
    title: TITLES[status],
    status,
    detail,
    ...members,
    // The member that clients of the Open Inference Protocol read.
    ...(/^\/v2(\/|$)/.test(c.req.path) && { error: detail }),
  };
  return c.body(JSON.stringify(body), status, {
    ...headers,
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
  });
}

/** Answers 405 to all but these methods of a path. */
export function onlyMethods(...methods: string[]): (c: Context) => never {
  return (c) => {
    throw problem(
      405,
      `Cannot ${c.req.method} ${c.req.path}: expected ${methods.join(" or ")}`,
      {},
      { Allow: methods.join(", ") },
    );
  };
}
