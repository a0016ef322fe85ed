/**
 * The app: one small app per resource, put together.
 *
 * ```ts ignore
 * import { createApp } from "@tandem/tandem/app";
 * import { lazyService } from "@tandem/tandem/serving";
 * import { readSettings } from "@tandem/tandem/settings";
 *
 * const settings = readSettings((name) => Deno.env.get(name));
 * const service = lazyService(settings);
 * export default createApp({ ...settings, service: service.open });
 * ```
 *
 * @module
 */

import { cors } from "hono/cors";
import { Hono } from "hono/quick";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { App } from "./api.ts";
import { Intake } from "./intake.ts";
import { Keyring } from "./keys.ts";
import { lazyRoutes } from "./lazy.ts";
import { type Meter, Metrics } from "./metrics.ts";
import { observe } from "./observe.ts";
import type { AppOptions } from "./options.ts";
import { checkOrigin } from "./origin.ts";
import { predictRoutes } from "./predict.ts";
import { answerError, problem } from "./problem.ts";

export type { App } from "./api.ts";
export type { AppOptions } from "./options.ts";

/** Headers of answers that pages of other origins may read. */
const EXPOSED = [
  "Content-Location",
  "ETag",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "Server-Timing",
  "X-Request-Id",
];

/** Makes the app. Nothing is opened until a request needs it. */
export function createApp(options: AppOptions): App {
  const app = new Hono();
  app.onError(answerError);
  app.notFound((c) =>
    answerError(
      problem(
        404,
        `Cannot find ${c.req.path}: expected one of the routes that GET / lists`,
      ),
      c,
    )
  );
  const { log, logFormat, report, trace, meter } = options;
  const metrics = new Metrics(meter);
  if (meter !== undefined) {
    watch(meter, options, metrics).catch(report ?? console.error);
  }
  app.use(requestId(), observe({ metrics, log, logFormat, report, trace }));
  app.use(secureHeaders());
  if (options.corsOrigin !== undefined) {
    app.use(
      cors({
        origin: options.corsOrigin,
        exposeHeaders: EXPOSED,
      }),
    );
  }
  const { loopback = false, allowedHosts = [], corsOrigin } = options;
  app.use(checkOrigin({ loopback, allowedHosts, corsOrigin }));
  const intake = new Intake(options.limits);
  app.use(intake.admit);
  const { keys, keyBudgets = {}, service } = options;
  const keyring = new Keyring(keys, keyBudgets, service);
  const shared = { ...options, intake, keyring, metrics };
  app.route("/", predictRoutes(shared));
  app.route("/", lazyRoutes(shared));
  return app as unknown as App;
}

async function watch(
  meter: Meter,
  options: AppOptions,
  metrics: Metrics,
): Promise<void> {
  const { readingsOf } = await import("./exposition.ts");
  meter.watch(readingsOf(options, metrics));
}
