/** The app: one small app per resource, put together. @module */

import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { Hono } from "hono/quick";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { Intake } from "./intake.ts";
import { Keyring } from "./keys.ts";
import { lazyRoutes } from "./lazy.ts";
import type { AppOptions } from "./options.ts";
import { checkOrigin } from "./origin.ts";
import { predictRoutes } from "./predict.ts";
import { answerError, problem } from "./problem.ts";
import { recordOf } from "./record.ts";

/** Makes the app. Nothing is opened until a request needs it. */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  app.onError(answerError);
  app.notFound((c) =>
    answerError(
      problem(404, `Cannot find ${c.req.path}: there is nothing here`),
      c,
    )
  );
  app.use(requestId(), secureHeaders());
  if (options.corsOrigin !== undefined) {
    app.use(
      cors({
        origin: options.corsOrigin,
        exposeHeaders: ["ETag", "Retry-After"],
      }),
    );
  }
  const { loopback = false, corsOrigin } = options;
  app.use(checkOrigin({ loopback, corsOrigin }));
  const intake = new Intake(options.limits);
  app.use(intake.admit);
  const { keys, keyBudgets = {}, service } = options;
  const keyring = new Keyring(keys, keyBudgets, service);
  app.use(noted);
  app.route("/", predictRoutes({ ...options, intake, keyring }));
  app.route("/", lazyRoutes({ ...options, intake, keyring }));
  return app;
}

/** Sets the headers that were noted, on answers of any kind. */
const noted: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of recordOf(c).headers) c.header(name, value);
};
