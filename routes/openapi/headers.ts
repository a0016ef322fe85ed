/** OpenAPI descriptions of headers. @module */

import type { Header } from "./operation.ts";

/** The strong entity tag of a version. */
export const ETAG: Header = {
  description:
    "The strong entity tag of the version: equal states have equal tags.",
};

/** The states that a change may be made to. */
export const IF_MATCH: Header = {
  description:
    "Entity tags, one of which must be the model's, else 412; * for any.",
};

/** The versions that a caller has already. */
export const IF_NONE_MATCH: Header = {
  description:
    "Entity tags that the caller has: where the version has one of them, the answer is 304.",
};

/** The version that was returned. */
export const CONTENT_LOCATION: Header = {
  description:
    "The address of this version, whatever is served later: ?version= and its number.",
};

/** The key that makes a repeated request harmless. */
export const IDEMPOTENCY_KEY: Header = {
  description:
    "For a day, repeating the request with the same key repeats the answer, not the change.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

/** The time to try again. */
export const RETRY_AFTER: Header = {
  description: "Seconds after which to try again.",
  schema: { type: "integer", minimum: 1 },
};

/** The request's id in the log. */
export const REQUEST_ID: Header = {
  description: "The request's id in the server's log.",
};

/** The time that the work took. */
export const SERVER_TIMING: Header = {
  description: "Milliseconds that the parts of the work took.",
};
