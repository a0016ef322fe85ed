/** POST /finetune. @module */

import { Hono } from "hono/quick";
import { entityTag } from "../src/service/answers.ts";
import type { FinetuneAnswer } from "../src/service/requests.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import type { Note } from "../src/service/phases.ts";
import type { Service } from "../src/service/service.ts";
import { type Field, shown } from "./body.ts";
import type { Source } from "./lesson.ts";
import { describeImages } from "./images.ts";
import { eventStream, type Tell, wantsEvents } from "./events.ts";
import { readIdempotencyKey, readIfMatch } from "./headers.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem } from "./problem.ts";
import { refuseQuery } from "./query.ts";
import { noteOf, phase, recordOf } from "./record.ts";

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
        const { sources, ...lesson } = await readLesson(c, open.heads, limits);
        for (const option of ["margin", "trusted"] as const) {
          if (lesson[option] !== undefined) keyring.checkAdmin(c, option);
        }
        const found = findSources(open, sources);
        const work = async (tell: Tell) => {
          const note = noteOf(c);
          let steps = 0;
          const result = await phase(c, "finetune", () =>
            open.finetune({
              images: found.map(({ value }) => value),
              describe: async () => {
                await keyring.spend(c, "examples", found.length);
                const describe = () =>
                  describeSources(open, found, limits, note);
                const descriptors = await phase(c, "images", describe);
                tell("decoded", { examples: found.length });
                return descriptors;
              },
              ...lesson,
              by: recordOf(c).key?.name,
              note: (phase) => {
                note(phase);
                if (phase.name === "step") tell("step", { step: ++steps });
              },
              ...(ifMatch === undefined ? {} : { ifMatch }),
              ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
            }));
          recordOf(c).version = result.answer.version.after;
          recordOf(c).outcome = outcomeOf(result.answer, lesson.dryRun);
          return result;
        };
        if (wantsEvents(c)) {
          return eventStream(c, async (tell) => {
            tell("checked", { examples: found.length });
            return (await work(tell)).answer;
          });
        }
        const { answer, sha256 } = await work(() => {});
        return c.json(answer, 200, {
          ETag: entityTag(sha256),
          "Cache-Control": "no-store",
        });
      },
    )
    .all("/finetune", onlyMethods("POST"));
}

/** The bytes of an image, or the descriptor of one that was predicted. */
interface Found extends Field<Uint8Array> {
  readonly described: boolean;
}

function findSources(open: Service, sources: readonly Source[]): Found[] {
  return sources.map(({ kind, field }) => {
    if (kind === "image") return { ...field, described: false };
    const descriptor = open.recall(field.value);
    if (descriptor !== undefined) {
      return { path: field.path, value: descriptor, described: true };
    }
    throw problem(
      422,
      `Cannot read ${field.path}: expected an id that /predict gave in the last hour, got ${
        shown(field.value)
      }`,
      { field: field.path },
    );
  });
}

/** Descriptors of all, in their order. */
async function describeSources(
  open: Service,
  found: readonly Found[],
  limits: RequestLimits,
  note: Note,
): Promise<Uint8Array[]> {
  const images = found.filter(({ described }) => !described);
  const descriptors = await describeImages(open, images, limits, {
    patient: true,
    note,
  });
  return found.map(({ described, value }) =>
    described ? value : descriptors.shift()!
  );
}

function outcomeOf({ accepted }: FinetuneAnswer, dryRun: boolean) {
  return dryRun ? "dry_run" : accepted ? "accepted" : "refused";
}
