// What nothing is read from is refused by its name, with the known one that is near.

import { assertEquals, assertThrows } from "@std/assert";
import { HTTPException } from "hono/http-exception";
import fc from "fast-check";
import * as v from "valibot";
import { check } from "../../routes/schemas/check.ts";
import { field, fields, list, whole } from "../../routes/schemas/field.ts";
import { nearest } from "../../routes/schemas/nearest.ts";
import {
  ADMIN_KEY,
  DATA_URL,
  IMAGES,
  postForm,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const admin = { Authorization: `Bearer ${ADMIN_KEY}` };

Deno.test("a misspelt field, parameter or form part is refused, and the right one named", async () => {
  await withApp({}, async (app) => {
    const refuse = async (answer: Promise<Response>, detail: string) => {
      const response = await answer;
      const body = await response.json();
      assertEquals(body.detail, `Cannot read ${detail}`);
      assertEquals([response.status, body.field], [
        400,
        detail.slice(0, detail.indexOf(":")),
      ]);
    };
    await refuse(
      postImage(app, "/predict?topk=3", IMAGES.png),
      'topk: expected no fields but topK, version; did you mean "topK"?',
    );
    await refuse(
      postForm(app, "/predict", [["images", IMAGES.png]]),
      'images: expected no fields but image; did you mean "image"?',
    );
    await refuse(
      postJson(app, "/predict", { image: [DATA_URL] }),
      'image: expected no fields but images; did you mean "images"?',
    );
    const examples = [{ image: DATA_URL, thing: "pen" }];
    await refuse(
      postJson(app, "/finetune?dry_run=true", { examples }),
      "dry_run: expected no query parameters; send dryRun in the body",
    );
    await refuse(
      postForm(app, "/finetune", [
        ["image", IMAGES.png],
        ["thing", "pen"],
        ["dry_run", "true"],
      ]),
      "dry_run: expected no fields but image, predictionId, place, thing, mode, steps, " +
        'learningRate, margin, trusted, scope, dryRun; did you mean "dryRun"?',
    );
    await refuse(
      postJson(app, "/finetune", { examples: [{ images: DATA_URL }] }),
      'examples[0].images: expected no fields but image, predictionId, place, thing; did you mean "image"?',
    );
    await refuse(
      postJson(app, "/rollback", { versoin: 0 }, admin),
      'versoin: expected no fields but version; did you mean "version"?',
    );
    await refuse(
      Promise.resolve(app.request("/versions?limits=3")),
      'limits: expected no fields but limit, before; did you mean "limit"?',
    );
    await refuse(
      Promise.resolve(app.request("/healthz?verbose")),
      "verbose: expected no query parameters",
    );
    const { version } = await (await app.request("/healthz")).json();
    assertEquals(version, 0);
  });
});

Deno.test("a name one slip away is found, and one that is far is not", () => {
  const known = ["image", "predictionId", "learningRate", "dryRun"];
  fc.assert(fc.property(
    fc.constantFrom(...known),
    fc.nat(),
    fc.constantFrom("drop", "double", "swap", "replace"),
    (name, n, slip) => {
      const at = n % (name.length - 1);
      const [head, letter, tail] = [
        name.slice(0, at),
        name[at]!,
        name.slice(at + 1),
      ];
      const slipped = {
        drop: head + tail,
        double: head + letter + letter + tail,
        swap: head + tail[0]! + letter + tail.slice(1),
        replace: `${head}#${tail}`,
      }[slip];
      assertEquals(nearest(slipped, known), name);
    },
  ));
  for (const far of ["", "fork", "x".repeat(10_000), "__proto__"]) {
    assertEquals(nearest(far, known), undefined);
  }
  assertEquals(nearest("Dry-Run", known), "dryRun");
});

Deno.test("a check speaks of the field that is wrong, wherever it lies", () => {
  const schema = fields({
    rows: list(
      fields({ count: v.optional(field(whole(1), "a whole number ≥ 1")) }),
      2,
    ),
  });
  const fault = (value: unknown) => {
    const error = assertThrows(() => check(schema, value), HTTPException);
    return [error.status, error.message];
  };
  assertEquals(fault(null), [
    400,
    "Cannot read the body: expected an object, got null",
  ]);
  assertEquals(fault({}), [
    400,
    "Cannot read rows: expected an array, got nothing",
  ]);
  assertEquals(fault({ rows: [] }), [
    400,
    "Cannot read rows: expected 1 to 2, got 0",
  ]);
  assertEquals(fault({ rows: [{}, {}, {}] }), [
    413,
    "Cannot read rows: expected at most 2, got 3",
  ]);
  assertEquals(fault({ rows: [{}, 2] }), [
    400,
    "Cannot read rows[1]: expected an object, got 2",
  ]);
  assertEquals(fault({ rows: [{ count: 0 }] }), [
    400,
    "Cannot read rows[0].count: expected a whole number ≥ 1, got 0",
  ]);
  assertEquals(check(schema, { rows: [{ count: 3 }] }), {
    rows: [{ count: 3 }],
  });
});
