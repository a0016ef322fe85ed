/** The small apps that are made at their first request. @module */

import type { Hono } from "hono/quick";
import type { RouteOptions } from "./options.ts";

/** The function that makes each of them. */
export const RESOURCES = {
  page: async () => (await import("./page.ts")).pageRoutes(),
  health: async (options) =>
    (await import("./health.ts")).healthRoutes(options),
  docs: async (options) => (await import("./docs.ts")).docsRoutes(options),
  finetune: async (options) =>
    (await import("./finetune.ts")).finetuneRoutes(options),
  labels: async (options) => (await import("./labels.ts")).labelRoutes(options),
  inference: async (options) =>
    (await import("./inference.ts")).inferenceRoutes(options),
  versions: async (options) =>
    (await import("./versions.ts")).versionRoutes(options),
  model: async (options) => (await import("./model.ts")).modelRoutes(options),
  admin: async (options) => (await import("./admin.ts")).adminRoutes(options),
} satisfies Record<string, (options: RouteOptions) => Promise<Hono>>;

/** A small app by its name. */
export type Resource = keyof typeof RESOURCES;
