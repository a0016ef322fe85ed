/** POST /labels, PATCH and DELETE /labels/{head}/{name}. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import { LabelError } from "../src/errors.ts";
import type { Changed } from "../src/service/editor.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import {
  bodyKind,
  checkCount,
  type Field,
  readDataUrls,
  readFiles,
  readForm,
  readJson,
  shown,
} from "./body.ts";
import { answerChange, changeOptionsOf } from "./changes.ts";
import type { Form } from "./form.ts";
import { describeImages } from "./images.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem } from "./problem.ts";
import { noQuery } from "./query.ts";
import { noteOf, phase } from "./record.ts";
import { check, strayName } from "./schemas/check.ts";
import { labelBody, labelForm, renameBody } from "./schemas/labels.ts";

/** A class to be added, and images of it. */
interface NewLabel {
  readonly head: string;
  readonly label: string;
  readonly images: readonly Field<Uint8Array>[];
}

/** Adds, renames and retires labels. */
export function labelRoutes(
  { service, limits, intake, keyring }: RouteOptions,
): Hono {
  const key = keyring.allow("finetune");
  const labels = async () => (await service()).labels();
  return new Hono()
    .post("/labels", key, noQuery(), intake.receive(), async (c) => {
      const options = changeOptionsOf(c);
      const open = await service();
      const { head, label, images } = await readNewLabel(c, limits);
      const describe = async () => {
        await keyring.spend(c, "examples", images.length);
        return await phase(
          c,
          "images",
          () =>
            describeImages(open, images, limits, {
              patient: true,
              note: noteOf(c),
            }),
        );
      };
      const add = async () =>
        (await labels()).add(head, label, describe, options);
      return answerChange(c, await answered(c, add), { head, label });
    })
    .all("/labels", onlyMethods("POST"))
    .patch(
      "/labels/:head/:name",
      key,
      noQuery(),
      intake.receive(),
      async (c) => {
        const { head, name } = c.req.param();
        const { label } = check(renameBody, await readJson(c, limits));
        const rename = async () =>
          (await labels()).rename(head, name, label, changeOptionsOf(c));
        return answerChange(c, await answered(c, rename), { head, label });
      },
    )
    .delete("/labels/:head/:name", key, noQuery(), async (c) => {
      const { head, name } = c.req.param();
      const retire = async () =>
        (await labels()).retire(head, name, changeOptionsOf(c));
      return answerChange(c, await answered(c, retire), { head, label: name });
    })
    .all("/labels/:head/:name", onlyMethods("PATCH", "DELETE"));
}

async function readNewLabel(
  c: Context,
  limits: RequestLimits,
): Promise<NewLabel> {
  switch (bodyKind(c)) {
    case "form":
      return newLabelOfForm(await readForm(c, limits), limits.images);
    case "json": {
      const body = await readJson(c, limits);
      const { images, ...what } = check(labelBody(limits.images), body);
      return { ...what, images: await readDataUrls("images", images) };
    }
    default:
      throw problem(
        415,
        `Cannot add a label: expected multipart/form-data or JSON, got ${
          shown(c.req.header("Content-Type"))
        }`,
      );
  }
}

function newLabelOfForm(form: Form, most: number): NewLabel {
  const known = ["head", "label", "image"];
  const stray = form.names.find((name) => !known.includes(name));
  if (stray !== undefined) throw strayName("", stray, known);
  const texts = {
    head: form.get("head") ?? undefined,
    label: form.get("label") ?? undefined,
  };
  const files = form.getAll("image");
  checkCount("images", files.length, most);
  return {
    ...check(labelForm, texts),
    images: readFiles("images", files),
  };
}

async function answered(
  c: Context,
  work: () => Promise<Changed>,
): Promise<Changed> {
  try {
    return await phase(c, "labels", work);
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    const statuses = { unknown: 404, malformed: 422, conflict: 422 } as const;
    const { reason, message, field, known } = error;
    throw problem(statuses[reason], message, {
      field,
      ...(known !== undefined && { known }),
    });
  }
}
