/** POST /finetune. @module */

import { Hono } from "hono/quick";
import { entityTag } from "../src/service/answers.ts";
import { describeImages } from "./images.ts";
import { readIdempotencyKey, readIfMatch } from "./headers.ts";
import { requiredKey } from "./keys.ts";
import { maxBody } from "./limits.ts";
import type { AppOptions } from "./options.ts";
import { onlyMethods } from "./problem.ts";

/** Teaches the model corrected examples. */
export function finetuneRoutes(
  { service, keys, maxBodyBytes, maxPixels }: AppOptions,
): Hono {
  const key = requiredKey(keys.finetune, {
    variable: "FINETUNE_KEY",
    purpose: "Fine-tuning",
  });
  return new Hono()
    .post("/finetune", key, maxBody(maxBodyBytes), async (c) => {
      const ifMatch = readIfMatch(c);
      const idempotencyKey = readIdempotencyKey(c);
      const open = await service();
      const { readLesson } = await import("./lesson.ts");
      const { images, ...lesson } = await readLesson(c, open.heads);
      const descriptors = await describeImages(open, images, maxPixels);
      const { answer, sha256 } = await open.finetune({
        descriptors,
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
