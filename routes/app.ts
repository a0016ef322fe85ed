/** The app: one small app per resource, put together. @module */

import { cors } from "hono/cors";
import { Hono } from "hono/quick";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { Intake } from "./intake.ts";
import { lazyRoutes } from "./lazy.ts";
import type { AppOptions } from "./options.ts";
import { checkOrigin } from "./origin.ts";
import { predictRoutes } from "./predict.ts";
import { answerError, problem } from "./problem.ts";

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
  app.route("/", predictRoutes({ ...options, intake }));
  app.route("/", lazyRoutes({ ...options, intake }));
  return app;
}
