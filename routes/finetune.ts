/** POST /finetune. @module */

import { Hono } from "hono/quick";
import { entityTag } from "../src/service/answers.ts";
import type { FinetuneAnswer } from "../src/service/requests.ts";
import { describeImages } from "./images.ts";
import { readIdempotencyKey, readIfMatch } from "./headers.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods } from "./problem.ts";
import { refuseQuery } from "./query.ts";
import { phase, recordOf } from "./record.ts";

/** Teaches the model corrected examples. */
export function finetuneRoutes(
  { service, limits, intake, keyring }: RouteOptions,
): Hono {
  return new Hono()
    .post(
      "/finetune",
      keyring.allow("finetune"),
      intake.receive(),
      async (c) => {
        const ifMatch = readIfMatch(c);
        const idempotencyKey = readIdempotencyKey(c);
        const open = await service();
        const { OPTIONS, readLesson } = await import("./lesson.ts");
        await refuseQuery(c, OPTIONS);
        const { images, ...lesson } = await readLesson(c, open.heads, limits);
        for (const option of ["margin", "trusted"] as const) {
          if (lesson[option] !== undefined) keyring.checkAdmin(c, option);
        }
        const { answer, sha256 } = await phase(
          c,
          "finetune",
          () =>
            open.finetune({
              images: images.map(({ value }) => value),
              describe: async () => {
                await keyring.spend(c, "examples", images.length);
                return await phase(
                  c,
                  "decode",
                  () => describeImages(open, images, limits),
                );
              },
              ...lesson,
              by: recordOf(c).key?.name,
              ...(ifMatch === undefined ? {} : { ifMatch }),
              ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
            }),
        );
        recordOf(c).version = answer.version.after;
        recordOf(c).outcome = outcomeOf(answer, lesson.dryRun);
        return c.json(answer, 200, {
          ETag: entityTag(sha256),
          "Cache-Control": "no-store",
        });
      },
    )
    .all("/finetune", onlyMethods("POST"));
}

function outcomeOf({ accepted }: FinetuneAnswer, dryRun: boolean) {
  return dryRun ? "dry_run" : accepted ? "accepted" : "refused";
}
