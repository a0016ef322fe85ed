/**
 * The routes that no prediction needs. Their modules are imported when the first
 * request for one of them comes, so that a cold start does without them.
 *
 * @module
 */

import { Hono } from "hono/quick";
import type { RouteOptions } from "./options.ts";

/** Paths, and how the small app behind them is made. */
type Resource = [
  paths: readonly string[],
  make: (options: RouteOptions) => Promise<Hono>,
];

const RESOURCES: readonly Resource[] = [
  [
    ["/", "/page/:file"],
    async () => (await import("./page.ts")).pageRoutes(),
  ],
  [
    ["/healthz", "/readyz", "/metrics"],
    async (options) => (await import("./health.ts")).healthRoutes(options),
  ],
  [
    ["/openapi.json", "/docs", "/docs/:file"],
    async (options) => (await import("./docs.ts")).docsRoutes(options),
  ],
  [
    ["/finetune"],
    async (options) => (await import("./finetune.ts")).finetuneRoutes(options),
  ],
  [
    ["/labels", "/labels/:head/:name"],
    async (options) => (await import("./labels.ts")).labelRoutes(options),
  ],
  [
    [
      "/v2",
      "/v2/",
      "/v2/health/live",
      "/v2/health/ready",
      ...["/v2/models/:model", "/v2/models/:model/versions/:version"].flatMap(
        (path) => [path, `${path}/ready`, `${path}/infer`],
      ),
    ],
    async (options) =>
      (await import("./inference.ts")).inferenceRoutes(options),
  ],
  [
    ["/versions", "/versions/:version"],
    async (options) => (await import("./versions.ts")).versionRoutes(options),
  ],
  [
    ["/rollback", "/export", "/import", "/tags/:name"],
    async (options) => (await import("./admin.ts")).adminRoutes(options),
  ],
];

/** Hands requests on to the small apps, each made when it is first asked. */
export function lazyRoutes(options: RouteOptions): Hono {
  const app = new Hono();
  for (const [paths, make] of RESOURCES) {
    let made: Promise<Hono> | undefined;
    for (const path of paths) {
      app.all(path, async (c) => {
        made ??= make(options).then((routes) => routes.onError(rethrow));
        return (await made).fetch(c.req.raw, c.env);
      });
    }
  }
  return app;
}

/** Errors are answered by the app that the request came to. */
function rethrow(error: Error): never {
  throw error;
}
