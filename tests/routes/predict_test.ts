import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Hono } from "hono";
import { REQUEST_LIMITS } from "../../src/service/limits.ts";
import { createApp } from "../../routes/app.ts";
import { encodePng, gradient } from "../image/fixtures.ts";
import {
  DATA_URL,
  IMAGES,
  postForm,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const TYPES = ["jpeg", "png", "webp", "gif"] as const;

Deno.test("each image type is predicted, whatever the Content-Type says of bytes", async () => {
  await withApp({}, async (app) => {
    for (const type of TYPES) {
      for (
        const header of [
          `image/${type}`,
          "application/octet-stream",
          "application/x-www-form-urlencoded", // what curl --data-binary says
          "image/jpeg",
        ]
      ) {
        const response = await postImage(app, "/predict", IMAGES[type], header);
        assertEquals(response.status, 200, `${type} as ${header}`);
        const { predictions } = await response.json();
        assertEquals(predictions.length, 1);
      }
    }
  });
});

Deno.test("a prediction has the shape of the contract, and the model's strong ETag", async () => {
  await withApp({}, async (app) => {
    const response = await postImage(app, "/predict?topK=2", IMAGES.jpeg);
    const { predictions: [{ place, thing }], model } = await response.json();
    assertEquals([place.label, place.probability], [
      place.top[0].label,
      place.top[0].probability,
    ]);
    assertEquals([place.top.length, thing.top.length], [2, 2]);
    assertEquals([model.version, model.step], [0, 50]);
    assertMatch(model.etag, /^"sha256-[0-9a-f]{64}"$/);
    assertEquals(response.headers.get("ETag"), model.etag);
    assertEquals(response.headers.get("Cache-Control"), "no-store");
    assertEquals(response.headers.get("X-Content-Type-Options"), "nosniff");
    assertNotEquals(response.headers.get("X-Request-Id"), null);
  });
});

Deno.test("bytes, form and JSON say the same of the same image", async () => {
  await withApp({}, async (app) => {
    const raw = await (await postImage(app, "/predict", IMAGES.jpeg)).json();
    const form =
      await (await postForm(app, "/predict", [["image", IMAGES.jpeg], [
        "image",
        IMAGES.png,
      ]])).json();
    const json =
      await (await postJson(app, "/predict", { images: [DATA_URL, DATA_URL] }))
        .json();
    assertEquals(form.predictions.length, 2);
    assertEquals(form.predictions[0], raw.predictions[0]);
    assertEquals(json.predictions, [raw.predictions[0], raw.predictions[0]]);
  });
});

Deno.test("topK defaults to 5, is capped at the classes, and must be a whole number from 1", async () => {
  await withApp({}, async (app) => {
    for (
      const [query, count] of [["", 3], ["?topK=1", 1], ["?topK=3", 3], [
        "?topK=999",
        3,
      ]] as const
    ) {
      const { predictions } =
        await (await postImage(app, `/predict${query}`, IMAGES.png)).json();
      assertEquals(predictions[0].thing.top.length, count);
    }
    for (
      const topK of ["0", "-1", "1.5", "x", "", "1e3", "99999999999999999999"]
    ) {
      const response = await postImage(
        app,
        `/predict?topK=${topK}`,
        IMAGES.png,
      );
      assertEquals([response.status, (await response.json()).field], [
        400,
        "topK",
      ], topK);
    }
  });
});

Deno.test("a version can be pinned; one that is not there is a 404", async () => {
  await withApp({}, async (app) => {
    const before = await (await postImage(app, "/predict", IMAGES.png)).json();
    const taught = await postForm(app, "/finetune", [["image", IMAGES.png], [
      "thing",
      "pen",
    ]]);
    assertEquals((await taught.json()).version, { before: 0, after: 1 });
    assertEquals(
      await (await postImage(app, "/predict?version=0", IMAGES.png)).json(),
      before,
    );
    const after = await (await postImage(app, "/predict", IMAGES.png)).json();
    assertEquals(
      await (await postImage(app, "/predict?version=1", IMAGES.png)).json(),
      after,
    );
    assertNotEquals(after.predictions, before.predictions);
    assertEquals(
      (await postImage(app, "/predict?version=2", IMAGES.png)).status,
      404,
    );
    assertEquals(
      (await postImage(app, "/predict?version=-1", IMAGES.png)).status,
      400,
    );
  });
});

Deno.test("what is not an image is a 415, a damaged one a 400, each with its field", async () => {
  await withApp({}, async (app) => {
    const refuse = async (
      response: Promise<Response>,
      status: number,
      field?: string,
    ) => {
      const answer = await response;
      const body = await answer.json();
      assertEquals([answer.status, body.status, body.field], [
        status,
        status,
        field,
      ], JSON.stringify(body));
      assertEquals(
        answer.headers.get("Content-Type"),
        "application/problem+json",
      );
    };
    await refuse(postImage(app, "/predict", "hello"), 415, "images[0]");
    await refuse(postImage(app, "/predict", "hello", "text/plain"), 415);
    await refuse(
      postImage(app, "/predict", "<svg/>", "image/svg+xml"),
      415,
      "images[0]",
    );
    await refuse(postImage(app, "/predict", ""), 400, "images[0]");
    await refuse(
      postImage(app, "/predict", IMAGES.png.slice(0, 60)),
      400,
      "images[0]",
    );
    await refuse(
      postForm(app, "/predict", [["image", IMAGES.png], [
        "image",
        IMAGES.jpeg.slice(0, 80),
      ]]),
      400,
      "images[1]",
    );
    await refuse(
      postForm(app, "/predict", [["image", "text"]]),
      400,
      "images[0]",
    );
    await refuse(
      postForm(app, "/predict", [["photo", IMAGES.png]]),
      400,
      "photo",
    );
    await refuse(
      postImage(app, "/predict", "no form", "multipart/form-data; boundary=x"),
      400,
    );
    await refuse(
      postImage(app, "/predict", "no form", "multipart/form-data"),
      400,
    );
    await refuse(postJson(app, "/predict", "{"), 400);
    await refuse(postJson(app, "/predict", []), 400);
    await refuse(postJson(app, "/predict", {}), 400, "images");
    await refuse(postJson(app, "/predict", { images: [] }), 400, "images");
    await refuse(
      postJson(app, "/predict", {
        images: [DATA_URL, "https://example.com/cat.jpg"],
      }),
      400,
      "images[1]",
    );
    await refuse(
      postJson(app, "/predict", { images: ["data:image/png;base64,@@@"] }),
      400,
      "images[0]",
    );
    await refuse(
      postJson(app, "/predict", { images: ["data:image/png;base64,aGVsbG8="] }),
      415,
      "images[0]",
    );
  });
});

/** An image of which as many may come at once as of any. */
const TINY = new Uint8Array(encodePng(gradient(8, 8)));

Deno.test("too many images, pixels or bytes are a 413, before anything is decoded", async () => {
  await withApp({}, async (app) => {
    const many = (length: number) =>
      Array.from({ length }, () => ["image", TINY] as const);
    assertEquals((await postForm(app, "/predict", many(32))).status, 200);
    assertEquals((await postForm(app, "/predict", many(33))).status, 413);
    const wide = new Uint8Array(encodePng(gradient(100, 51)));
    const response = await postImage(app, "/predict", wide);
    assertEquals(response.status, 413);
    assertStringIncludes((await response.json()).detail, "5000 pixels");
    const together = Array.from(
      { length: 17 },
      () => ["image", IMAGES.gif] as const,
    );
    assertEquals((await postForm(app, "/predict", together)).status, 413);
    assertEquals(
      (await postImage(app, "/predict", new Uint8Array(100_001))).status,
      413,
    );
  });
});

Deno.test("a body without a length is held to the limit as it comes", async () => {
  await withApp({}, async (app) => {
    const chunk = new Uint8Array(60_000);
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk);
      },
    });
    const request = new Request("http://localhost/predict", {
      method: "POST",
      body,
    });
    assertEquals((await app.request(request)).status, 413);
  });
});

Deno.test("bodies that are held at once are bounded together", async () => {
  const lasting = Promise.withResolvers<void>();
  await withApp({}, async (app, service) => {
    const waiting = createApp({
      service: async () => {
        await lasting.promise;
        return service;
      },
      keys: { predict: undefined, finetune: undefined, admin: undefined },
      corsOrigin: undefined,
      limits: { ...REQUEST_LIMITS, heldBytes: IMAGES.png.length + 1 },
    });
    const send = (app: Hono) => {
      const body = new Response(IMAGES.png).body;
      return app.request(
        new Request("http://localhost/predict", { method: "POST", body }),
      );
    };
    const first = send(waiting);
    const second = await send(waiting);
    assertEquals([second.status, second.headers.get("Retry-After")], [
      503,
      "1",
    ]);
    lasting.resolve();
    assertEquals((await first).status, 200);
    assertEquals((await send(waiting)).status, 200);
    assertEquals((await send(app)).status, 200);
  });
});

Deno.test("a body of JSON counts three times: as bytes, as text, and as its images", async () => {
  const lasting = Promise.withResolvers<void>();
  await withApp({}, async (_, service) => {
    const body = JSON.stringify({ images: [DATA_URL] });
    const app = (heldBytes: number) =>
      createApp({
        service: async () => {
          await lasting.promise;
          return service;
        },
        keys: { predict: undefined, finetune: undefined, admin: undefined },
        corsOrigin: undefined,
        limits: { ...REQUEST_LIMITS, heldBytes },
      });
    const send = (app: Hono) =>
      app.request("/predict", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      });
    const [tight, wide] = [app(6 * body.length - 1), app(12 * body.length)];
    const firsts = [tight, wide].map(send);
    assertEquals((await send(tight)).status, 503);
    firsts.push(send(wide));
    lasting.resolve();
    for (const first of firsts) assertEquals((await first).status, 200);
  });
});
