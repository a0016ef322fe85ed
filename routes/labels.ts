/** POST /labels, PATCH and DELETE /labels/{head}/{name}. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import { LabelError } from "../src/errors.ts";
import { entityTag } from "../src/service/answers.ts";
import type { Changed } from "../src/service/editor.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import {
  bodyKind,
  checkCount,
  type Field,
  readArray,
  readDataUrl,
  readFiles,
  readForm,
  readJson,
  shown,
} from "./body.ts";
import { readIfMatch } from "./headers.ts";
import { describeImages } from "./images.ts";
import { requiredKey } from "./keys.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem } from "./problem.ts";

/** A class to be added, and images of it. */
interface NewLabel {
  readonly head: string;
  readonly label: string;
  readonly images: readonly Field<Uint8Array>[];
}

/** Adds, renames and retires labels. */
export function labelRoutes(
  { service, keys, limits, intake }: RouteOptions,
): Hono {
  const key = requiredKey(keys.finetune, {
    variable: "FINETUNE_KEY",
    purpose: "Changing labels",
  });
  const labels = async () => (await service()).labels();
  return new Hono()
    .post("/labels", key, intake.receive(), async (c) => {
      const ifMatch = readIfMatch(c);
      const open = await service();
      const { head, label, images } = await readNewLabel(c, limits);
      const describe = () => describeImages(open, images, limits);
      const add = async () =>
        (await labels()).add(head, label, describe, { ifMatch });
      return changed(c, await answered(add), { head, label });
    })
    .all("/labels", onlyMethods("POST"))
    .patch("/labels/:head/:name", key, intake.receive(), async (c) => {
      const { head, name } = c.req.param();
      const label = textOf("label", (await readJson(c, limits)).label);
      const rename = async () =>
        (await labels()).rename(head, name, label, { ifMatch: readIfMatch(c) });
      return changed(c, await answered(rename), { head, label });
    })
    .delete("/labels/:head/:name", key, async (c) => {
      const { head, name } = c.req.param();
      const retire = async () =>
        (await labels()).retire(head, name, { ifMatch: readIfMatch(c) });
      return changed(c, await answered(retire), { head, label: name });
    })
    .all("/labels/:head/:name", onlyMethods("PATCH", "DELETE"));
}

async function readNewLabel(
  c: Context,
  limits: RequestLimits,
): Promise<NewLabel> {
  if (bodyKind(c) === "form") {
    const form = await readForm(c, limits);
    const files = form.getAll("image");
    checkCount("images", files.length, limits.images);
    return {
      head: textOf("head", form.get("head")),
      label: textOf("label", form.get("label")),
      images: readFiles(
        files.map((value, i) => ({ path: `images[${i}]`, value })),
      ),
    };
  }
  const body = await readJson(c, limits);
  const images = readArray("images", body.images);
  checkCount("images", images.length, limits.images);
  return {
    head: textOf("head", body.head),
    label: textOf("label", body.label),
    images: images.map(readDataUrl),
  };
}

function textOf(field: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw problem(
    400,
    `Cannot read ${field}: expected a text, got ${shown(value ?? undefined)}`,
    { field },
  );
}

async function answered(work: () => Promise<Changed>): Promise<Changed> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    const statuses = { unknown: 404, malformed: 422, conflict: 422 } as const;
    throw problem(statuses[error.reason], error.message, { field: "label" });
  }
}

function changed(
  c: Context,
  change: Changed,
  what: { head: string; label: string },
): Response {
  return c.json({ ...change, ...what }, 200, {
    ETag: entityTag(change.sha256),
    "Cache-Control": "no-store",
  });
}
