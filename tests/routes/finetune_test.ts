import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import type { Hono } from "hono";
import { openEngine } from "../../src/store/open.ts";
import { THINGS } from "../service/fixture.ts";
import {
  DATA_URL,
  FINETUNE_KEY,
  IMAGES,
  postForm,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const example = { image: DATA_URL, place: "street", thing: "pen" };

Deno.test("a correction raises the probability of the label it was sent", async () => {
  await withApp({}, async (app) => {
    const probability = async () => {
      const { predictions } =
        await (await postImage(app, "/predict", IMAGES.jpeg)).json();
      return predictions[0].thing.top.find(({ label }: { label: string }) =>
        label === "pen"
      ).probability;
    };
    const before = await probability();
    const response = await postJson(app, "/finetune", {
      examples: [example],
    });
    assertEquals(response.status, 200);
    const answer = await response.json();
    assertEquals(Object.keys(answer), [
      "accepted",
      "reason",
      "refusal",
      "version",
      "step",
      "loss",
      "guard",
      "examples",
      "gradientNorm",
      "updateRatio",
    ]);
    assertEquals([answer.accepted, answer.reason], [true, null]);
    assertEquals(answer.version, { before: 0, after: 1 });
    assertEquals(answer.step, { before: 50, after: 51 });
    assertGreater(answer.loss.before, answer.loss.after);
    assertGreater(await probability(), before);
    const health = await (await app.request("/healthz")).json();
    assertEquals(health, { status: "ok", version: 1, step: 51 });
    const predicted = await postImage(app, "/predict", IMAGES.jpeg);
    assertEquals(response.headers.get("ETag"), predicted.headers.get("ETag"));
  });
});

Deno.test("a form says the same as JSON; an empty label is a missing one", async () => {
  const answers: unknown[] = [];
  await withApp({}, async (app) => {
    answers.push(
      await (await postForm(app, "/finetune", [
        ["image", IMAGES.jpeg],
        ["place", "street"],
        ["thing", "pen"],
        ["image", IMAGES.png],
        ["place", ""],
        ["thing", "mug"],
        ["steps", "2"],
        ["learningRate", "0.001"],
        ["dryRun", "true"],
      ])).json(),
    );
  });
  await withApp({}, async (app) => {
    const png = `data:image/png;base64,${
      btoa(String.fromCharCode(...IMAGES.png))
    }`;
    answers.push(
      await (await postJson(app, "/finetune", {
        examples: [example, { image: png, thing: "mug" }],
        steps: 2,
        learningRate: 0.001,
        scope: "heads",
        dryRun: true,
      })).json(),
    );
  });
  assertEquals(answers[0], answers[1]);
  assertStringIncludes(JSON.stringify(answers[0]), "dry run");
});

Deno.test("what cannot be understood is refused with the field's path, and changes nothing", async () => {
  await withApp({}, async (app) => {
    const refuse = async (body: unknown, status: number, field?: string) => {
      const response = await postJson(app, "/finetune", body);
      const problem = await response.json();
      assertEquals(
        [response.status, problem.field],
        [status, field],
        JSON.stringify(problem),
      );
      return problem;
    };
    const one = (changes: unknown) => ({
      examples: [example, { ...example, ...changes as object }],
    });
    const unknown = await refuse(
      one({ thing: "fork" }),
      422,
      "examples[1].thing",
    );
    assertEquals(unknown.known, THINGS);
    assertEquals(
      unknown.detail,
      'Cannot read examples[1].thing: expected one of book, mug, pen, got "fork"',
    );
    await refuse(one({ place: "moon" }), 422, "examples[1].place");
    await refuse(one({ thing: 3 }), 400, "examples[1].thing");
    await refuse(one({ thing: "", place: undefined }), 400, "examples[1]");
    await refuse(
      one({ image: "http://example.com/" }),
      400,
      "examples[1].image",
    );
    await refuse(
      one({ image: "data:;base64,aGVsbG8=" }),
      415,
      "examples[1].image",
    );
    await refuse({ examples: [example, "x"] }, 400, "examples[1]");
    await refuse({}, 400, "examples");
    await refuse({ examples: [] }, 400, "examples");
    await refuse(
      { examples: Array.from({ length: 65 }, () => example) },
      413,
      "examples",
    );
    for (const steps of [-1, 21, 1.5, "3", null]) {
      await refuse({ examples: [example], steps }, 400, "steps");
    }
    const bare = { examples: [example], mode: "steps" };
    await refuse({ ...bare, steps: 0 }, 400, "steps");
    for (const margin of [0, 4.5, "1"]) {
      await refuse({ examples: [example], margin }, 400, "margin");
    }
    const mode = await refuse({ ...bare, mode: "both" }, 422, "mode");
    assertEquals(mode.known, ["correct", "steps"]);
    for (const learningRate of [0, -1, 0.2, "1e-3"]) {
      await refuse({ examples: [example], learningRate }, 400, "learningRate");
    }
    const scope = await refuse(
      { examples: [example], scope: "all" },
      422,
      "scope",
    );
    assertEquals(scope.known, ["heads"]);
    await refuse({ examples: [example], dryRun: "yes" }, 400, "dryRun");
    const form = await postForm(app, "/finetune", [["image", IMAGES.png], [
      "image",
      IMAGES.png,
    ], ["thing", "pen"]]);
    assertEquals([form.status, (await form.json()).field], [400, "thing"]);
    const steps = await postForm(app, "/finetune", [["image", IMAGES.png], [
      "thing",
      "pen",
    ], ["steps", "x"]]);
    assertEquals([steps.status, (await steps.json()).field], [400, "steps"]);
    const bytes = await postImage(app, "/finetune", IMAGES.png);
    assertEquals(bytes.status, 401);
    assertEquals((await (await app.request("/healthz")).json()).version, 0);
  });
});

Deno.test("the train key is needed, and the right one", async () => {
  await withApp({}, async (app) => {
    for (
      const Authorization of [
        "",
        "Bearer",
        "Bearer wrong",
        "Basic train",
        "train",
      ]
    ) {
      const response = await postJson(
        app,
        "/finetune",
        { examples: [example] },
        { Authorization },
      );
      assertEquals(response.status, 401, Authorization);
      assertStringIncludes(response.headers.get("WWW-Authenticate")!, "Bearer");
    }
  });
  await withApp({
    keys: { predict: "look", finetune: undefined, admin: undefined },
  }, async (app) => {
    const closed = await postJson(app, "/finetune", { examples: [example] });
    assertEquals(closed.status, 403);
    assertStringIncludes((await closed.json()).detail, "FINETUNE_KEY");
    assertEquals((await postImage(app, "/predict", IMAGES.png)).status, 401);
    const headers = { Authorization: "Bearer look" };
    assertEquals(
      (await postJson(app, "/predict", { images: [DATA_URL] }, headers)).status,
      200,
    );
    assertEquals((await app.request("/healthz")).status, 200);
  });
});

Deno.test("If-Match lets a fine-tune happen only to the state that it names", async () => {
  await withApp({}, async (app) => {
    const body = { examples: [example] };
    const post = (match: string) =>
      postJson(app, "/finetune", body, { "If-Match": match });
    const etag = (await postImage(app, "/predict", IMAGES.png)).headers.get(
      "ETag",
    )!;
    assertEquals((await post(`"sha256-${"0".repeat(64)}"`)).status, 412);
    assertEquals((await post(`W/${etag}`)).status, 412);
    assertEquals((await post("nonsense")).status, 400);
    const taught = await post(`"other", ${etag}`);
    assertEquals(taught.status, 200);
    assertEquals((await post(etag)).status, 412);
    assertEquals((await post(taught.headers.get("ETag")!)).status, 200);
    assertEquals((await post("*")).status, 200);
  });
});

Deno.test("an Idempotency-Key makes repeats harmless, and another request an error", async () => {
  await withApp({}, async (app) => {
    const post = (thing: string) =>
      postJson(app, "/finetune", { examples: [{ ...example, thing }] }, {
        "Idempotency-Key": "k",
      });
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => post("pen")),
    );
    const bodies = await Promise.all(
      responses.map((response) => response.text()),
    );
    assertEquals(new Set(bodies).size, 1);
    assertEquals(responses.map(({ status }) => status), [
      200,
      200,
      200,
      200,
      200,
    ]);
    assertEquals((await post("mug")).status, 422);
    assertEquals((await (await app.request("/healthz")).json()).version, 1);
    const long = await postJson(app, "/finetune", { examples: [example] }, {
      "Idempotency-Key": "x".repeat(256),
    });
    assertEquals(long.status, 400);
  });
});

Deno.test("a repeated request is answered as before, though its label or its id is known no more", async () => {
  const engine = await openEngine("memory");
  const serviceOptions = { engine: { ...engine, close: async () => {} } };
  const post = (app: Hono, example: { readonly thing: string }) =>
    postJson(app, "/finetune", { examples: [example], dryRun: true }, {
      "Idempotency-Key": example.thing,
    });
  const [byImage, byId] = [{ ...example, thing: "mug" }, { thing: "pen" }];
  const answers: string[] = [];
  await withApp({ serviceOptions }, async (app) => {
    const said = await (await postImage(app, "/predict", IMAGES.png)).json();
    Object.assign(byId, { predictionId: said.predictions[0].id });
    for (const example of [byImage, byId]) {
      answers.push(await (await post(app, example)).text());
    }
    await app.request("/labels/thing/mug", {
      method: "DELETE",
      headers: { Authorization: `Bearer ${FINETUNE_KEY}` },
    });
  });
  await withApp({ serviceOptions }, async (app) => {
    for (const [i, example] of [byImage, byId].entries()) {
      const again = await post(app, example);
      assertEquals([again.status, await again.text()], [200, answers[i]]);
    }
    const unknown = await postJson(app, "/finetune", { examples: [byId] }, {
      "Idempotency-Key": "new",
    });
    assertEquals(unknown.status, 422);
    const other = await postJson(app, "/finetune", { examples: [byId] }, {
      "Idempotency-Key": byId!.thing,
    });
    assertEquals((await other.json()).field, "Idempotency-Key");
  });
  await engine.close();
});

Deno.test("a form is recognized by its fields, whatever its boundary", async () => {
  await withApp({}, async (app) => {
    const post = (fields: [string, string | Uint8Array<ArrayBuffer>][]) => {
      const form = new FormData();
      for (const [name, value] of fields) {
        form.append(
          name,
          typeof value === "string" ? value : new Blob([value]),
        );
      }
      return app.request("/finetune", {
        method: "POST",
        body: form,
        headers: {
          Authorization: `Bearer ${FINETUNE_KEY}`,
          "Idempotency-Key": "form",
        },
      });
    };
    const image = ["image", IMAGES.png] as [string, Uint8Array<ArrayBuffer>];
    const first = await post([image, ["thing", "pen"]]);
    assertEquals(first.status, 200);
    const again = await post([["thing", "pen"], image]);
    assertEquals(await again.text(), await first.text());
    assertEquals((await post([image, ["thing", "mug"]])).status, 422);
    const jpeg = ["image", IMAGES.jpeg] as typeof image;
    assertEquals((await post([jpeg, ["thing", "pen"]])).status, 422);
  });
});

Deno.test("a line that is too long is a 503 with Retry-After", async () => {
  await withApp({ serviceOptions: { maxWaiting: 1 } }, async (app) => {
    const responses = await Promise.all(
      Array.from(
        { length: 12 },
        () =>
          postJson(app, "/finetune", {
            examples: [example],
            mode: "steps",
            steps: 20,
          }),
      ),
    );
    const busy = responses.filter(({ status }) => status === 503);
    assertGreater(busy.length, 0);
    for (const response of busy) {
      assert(Number(response.headers.get("Retry-After")) >= 1);
    }
    const taught = responses.filter(({ status }) => status === 200).length;
    assertEquals(taught + busy.length, 12);
    assertEquals(
      (await (await app.request("/healthz")).json()).version,
      taught,
    );
  });
});

Deno.test("an image that was predicted is corrected by its id, as if it were sent again", async () => {
  const answers: unknown[] = [];
  for (const by of ["image", "id", "form"] as const) {
    await withApp({}, async (app) => {
      const predicted = await postImage(app, "/predict", IMAGES.jpeg);
      const { predictions: [{ id }] } = await predicted.json();
      const png = await (await postImage(app, "/predict", IMAGES.png)).json();
      const response = by === "form"
        ? await postForm(app, "/finetune", [
          ["predictionId", id],
          ["predictionId", png.predictions[0].id],
          ["thing", "pen"],
          ["thing", "mug"],
          ["dryRun", "true"],
        ])
        : await postJson(app, "/finetune", {
          examples: [
            {
              ...by === "id" ? { predictionId: id } : { image: DATA_URL },
              thing: "pen",
            },
            { predictionId: png.predictions[0].id, thing: "mug" },
          ],
          dryRun: true,
        });
      assertEquals(response.status, 200);
      answers.push(await response.json());
    });
  }
  assertEquals(answers[1], answers[0]);
  assertEquals(answers[2], answers[0]);
});

Deno.test("an id that is not known, and an example with two images or none, are refused", async () => {
  await withApp({}, async (app) => {
    const refuse = async (example: object, status: number, detail: string) => {
      const response = await postJson(app, "/finetune", {
        examples: [{ thing: "pen", ...example }],
      });
      const problem = await response.json();
      assertEquals([response.status, problem.detail], [
        status,
        `Cannot read examples[0]${detail}`,
      ]);
    };
    await refuse(
      { predictionId: "p-0" },
      422,
      '.predictionId: expected an id that /predict gave in the last hour, got "p-0"',
    );
    await refuse(
      { predictionId: 1 },
      400,
      ".predictionId: expected an id that /predict gave in the last hour, got 1",
    );
    await refuse(
      { predictionId: "p-0", image: DATA_URL },
      400,
      ": expected an image or a predictionId, got both",
    );
    await refuse({}, 400, ": expected an image or a predictionId, got neither");
    const form = await postForm(app, "/finetune", [["thing", "mug"]]);
    const { status, detail, field } = await form.json();
    assertEquals([status, detail, field], [
      400,
      "Cannot read the form: expected an image or a predictionId, got neither",
      "image",
    ]);
  });
});
