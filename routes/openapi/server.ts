/** OpenAPI operations of the server itself. @module */

import {
  docsFile,
  healthAnswer,
  indexAnswer,
  pageFile,
  readyAnswer,
} from "../schemas/server.ts";
import type { Operation } from "./operation.ts";

/** The operations that describe the server. */
export const serverOperations: readonly Operation[] = [{
  id: "index",
  method: "get",
  path: "/",
  tag: "Server",
  summary: "Lists the routes; browsers get a page to try them.",
  answers: {
    200: {
      description: "The routes, or the page.",
      content: {
        "application/json": indexAnswer,
        "text/html": { type: "string" },
      },
    },
  },
}, {
  id: "pageFile",
  method: "get",
  path: "/page/{file}",
  tag: "Server",
  summary: "Returns a file of the page at /.",
  params: { file: pageFile },
  answers: {
    200: {
      description: "The file.",
      content: {
        "text/javascript": { type: "string" },
        "text/css": { type: "string" },
        "application/wasm": {},
        "image/jpeg": { type: "string" },
      },
    },
  },
  problems: [404],
}, {
  id: "health",
  method: "get",
  path: "/healthz",
  tag: "Server",
  summary:
    "Says that the server is alive, and which version of the model it serves.",
  answers: {
    200: {
      description: "The server is alive.",
      content: { "application/json": healthAnswer },
    },
  },
}, {
  id: "ready",
  method: "get",
  path: "/readyz",
  tag: "Server",
  summary: "Says that the weights are valid and the store answers.",
  answers: {
    200: {
      description: "The server is ready.",
      content: { "application/json": readyAnswer },
    },
  },
}, {
  id: "metrics",
  method: "get",
  path: "/metrics",
  tag: "Server",
  summary: "Returns metrics in Prometheus' text format.",
  answers: {
    200: {
      description: "Counters, histograms and gauges.",
      content: { "text/plain": { type: "string" } },
    },
  },
}, {
  id: "openapi",
  method: "get",
  path: "/openapi.json",
  tag: "Server",
  summary: "Returns this description.",
  answers: {
    200: {
      description: "OpenAPI 3.1.",
      content: { "application/json": { type: "object" } },
    },
  },
}, {
  id: "docs",
  method: "get",
  path: "/docs",
  tag: "Server",
  summary: "Shows this description as a page.",
  answers: {
    200: {
      description: "The page.",
      content: { "text/html": { type: "string" } },
    },
  },
}, {
  id: "docsFile",
  method: "get",
  path: "/docs/{file}",
  tag: "Server",
  summary: "Returns a file of that page.",
  params: { file: docsFile },
  answers: {
    200: {
      description: "The file.",
      content: {
        "text/javascript": { type: "string" },
        "text/css": { type: "string" },
      },
    },
  },
  problems: [404],
}];
