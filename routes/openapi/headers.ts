/** Headers, as the documentation tells them. @module */

import type { Header } from "./operation.ts";

/** The strong entity tag of a version. */
export const ETAG: Header = {
  description:
    "The strong entity tag of the version: equal states have equal tags.",
};

/** What a change may depend on. */
export const IF_MATCH: Header = {
  description:
    "Entity tags of which the model must have one, else 412; * for any.",
};

/** What a caller has already. */
export const IF_NONE_MATCH: Header = {
  description:
    "Entity tags that the caller has: where the version has one of them, the answer is 304.",
};

/** Which version was given. */
export const CONTENT_LOCATION: Header = {
  description:
    "Where this very version is found, whatever is served then: ?version= and its number.",
};

/** What makes a repeat harmless. */
export const IDEMPOTENCY_KEY: Header = {
  description:
    "For a day, the same request under the same key is answered again and not done again.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

/** When to try again. */
export const RETRY_AFTER: Header = {
  description: "Seconds after which to try again.",
  schema: { type: "integer", minimum: 1 },
};

/** The request's name in the log. */
export const REQUEST_ID: Header = {
  description: "Names the request, as the server's log does.",
};

/** Where the time went. */
export const SERVER_TIMING: Header = {
  description: "Milliseconds that the parts of the work took.",
};
