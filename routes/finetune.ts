/** POST /finetune. @module */

import { Hono } from "hono/quick";
import { entityTag } from "../src/service/answers.ts";
import { describeImages } from "./images.ts";
import { readIdempotencyKey, readIfMatch } from "./headers.ts";
import { requiredKey } from "./keys.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods } from "./problem.ts";
import { refuseQuery } from "./query.ts";

/** Teaches the model corrected examples. */
export function finetuneRoutes(
  { service, keys, limits, intake }: RouteOptions,
): Hono {
  const key = requiredKey(keys.finetune, {
    variable: "FINETUNE_KEY",
    purpose: "Fine-tuning",
  });
  return new Hono()
    .post("/finetune", key, intake.receive(), async (c) => {
      const ifMatch = readIfMatch(c);
      const idempotencyKey = readIdempotencyKey(c);
      const open = await service();
      const { OPTIONS, readLesson } = await import("./lesson.ts");
      await refuseQuery(c, OPTIONS);
      const { images, ...lesson } = await readLesson(c, open.heads, limits);
      const { answer, sha256 } = await open.finetune({
        images: images.map(({ value }) => value),
        describe: () => describeImages(open, images, limits),
        ...lesson,
        ...(ifMatch === undefined ? {} : { ifMatch }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      return c.json(answer, 200, {
        ETag: entityTag(sha256),
        "Cache-Control": "no-store",
      });
    })
    .all("/finetune", onlyMethods("POST"));
}
