/** GET /healthz and GET /. @module */

import { Hono } from "hono/quick";
import type { RouteOptions } from "./options.ts";
import { onlyMethods } from "./problem.ts";
import { noQuery } from "./query.ts";

/** Says that the server lives, with which version of the model. */
export function healthRoutes({ service }: RouteOptions): Hono {
  return new Hono()
    .get("/healthz", noQuery(), async (c) => {
      const { version, step } = await (await service()).identity();
      return c.json({ status: "ok", version, step }, 200, {
        "Cache-Control": "no-store",
      });
    })
    .all("/healthz", onlyMethods("GET"));
}

/** Says what there is. */
export function indexRoutes(): Hono {
  return new Hono()
    .get("/", noQuery(), (c) =>
      c.json({
        name: "Tandem",
        about: "An image classifier that learns from corrections.",
        routes: {
          "POST /predict":
            "an image, or several as multipart/form-data or JSON",
          "POST /finetune": "corrected examples; needs FINETUNE_KEY",
          "GET /versions": "the model's history",
          "POST /rollback": "back to an old version; needs ADMIN_KEY",
          "GET /export": "the whole state as one file; needs ADMIN_KEY",
          "POST /import": "the reverse; needs ADMIN_KEY",
          "GET /healthz": "version and step of the model",
        },
      }))
    .all("/", onlyMethods("GET"));
}
