/** POST /finetune. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import { entityTag } from "../src/service/answers.ts";
import type { FinetuneResult, OnceOnly } from "../src/service/requests.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import type { Note } from "../src/service/phases.ts";
import type { Service } from "../src/service/service.ts";
import { type Field, shown } from "./body.ts";
import {
  type LessonBody,
  OPTIONS,
  readLesson,
  readLessonBody,
  type Source,
} from "./lesson.ts";
import { describeImages } from "./images.ts";
import { eventStream, type Tell, wantsEvents } from "./events.ts";
import { readIdempotencyKey, readIfMatch } from "./headers.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem } from "./problem.ts";
import { refuseQuery } from "./query.ts";
import { noteOf, phase, recordOf } from "./record.ts";
import { requestHash } from "./request_hash.ts";

/** Teaches the model corrected examples. */
export function finetuneRoutes(options: RouteOptions): Hono {
  const { intake, keyring } = options;
  return new Hono()
    .post(
      "/finetune",
      keyring.allow("finetune"),
      intake.receive(),
      async (c) => {
        const { examples, run } = await prepare(c, options);
        if (wantsEvents(c)) {
          return eventStream(c, async (tell) => {
            tell("checked", { examples });
            return (await run(tell)).answer;
          });
        }
        const { answer, sha256 } = await run(() => {});
        return c.json(answer, 200, {
          ETag: entityTag(sha256),
          "Cache-Control": "no-store",
        });
      },
    )
    .all("/finetune", onlyMethods("POST"));
}

/** A request that has been read and checked. */
interface Prepared {
  /** Number of examples. */
  readonly examples: number;
  /** Does the work, and tells how far it is. */
  readonly run: (tell: Tell) => Promise<FinetuneResult> | FinetuneResult;
}

async function prepare(c: Context, options: RouteOptions): Promise<Prepared> {
  const { service, limits, keyring } = options;
  const ifMatch = readIfMatch(c);
  const key = readIdempotencyKey(c);
  const open = await service();
  await refuseQuery(c, OPTIONS);
  const body = await readLessonBody(c, limits);
  const once = key === undefined
    ? undefined
    : { key, request: await requestHash(c, body) };
  const lesson = await orAnswered(() => readFound(body, open), once, open);
  if ("answer" in lesson) {
    const { examples } = lesson.answer;
    return { examples: examples.length, run: () => recorded(c, lesson) };
  }
  const { found, ...rest } = lesson;
  for (const option of ["margin", "trusted"] as const) {
    if (rest[option] !== undefined) keyring.checkAdmin(c, option);
  }
  const run = async (tell: Tell) => {
    const request = {
      ...rest,
      describe: () => describe(c, options, open, found, tell),
      by: recordOf(c).key?.name,
      note: noteOfSteps(noteOf(c), tell),
      ifMatch,
      once,
    };
    const result = await phase(c, "finetune", () => open.finetune(request));
    return recorded(c, result);
  };
  return { examples: found.length, run };
}

/** Reads a request, and finds the images that it names by their ids. */
async function readFound(body: LessonBody, open: Service) {
  const { sources, ...lesson } = await readLesson(
    body,
    await open.newestHeads(),
  );
  return { ...lesson, found: findSources(open, sources) };
}

/**
 * Reads a request, or finds the answer to it. It may have been answered before, and not
 * be readable any more: a label has another name by now, or an image's id has expired.
 */
async function orAnswered<T>(
  read: () => Promise<T>,
  once: OnceOnly | undefined,
  open: Service,
): Promise<T | FinetuneResult> {
  try {
    return await read();
  } catch (error) {
    const answered = once && await (await open.finetuner()).answered(once);
    if (answered === undefined) throw error;
    return answered;
  }
}

function recorded(c: Context, result: FinetuneResult): FinetuneResult {
  recordOf(c).version = result.answer.version.after;
  recordOf(c).outcome = outcomeOf(result);
  return result;
}

/** Notes the parts of the work, and tells of each training step. */
function noteOfSteps(note: Note, tell: Tell): Note {
  let steps = 0;
  return (phase) => {
    note(phase);
    if (phase.name === "step") tell("step", { step: ++steps });
  };
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

/** Spends the key's budget on the examples, and describes them. */
async function describe(
  c: Context,
  { keyring, limits }: RouteOptions,
  open: Service,
  found: readonly Found[],
  tell: Tell,
): Promise<Uint8Array[]> {
  await keyring.spend(c, "examples", found.length);
  const describing = () => describeFound(open, found, limits, noteOf(c));
  const descriptors = await phase(c, "images", describing);
  tell("decoded", { examples: found.length });
  return descriptors;
}

/** The descriptors of all examples, in their order. */
async function describeFound(
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

function outcomeOf(
  { answer: { accepted }, dryRun, repeated }: FinetuneResult,
) {
  if (repeated) return "repeated";
  return dryRun ? "dry_run" : accepted ? "accepted" : "refused";
}
