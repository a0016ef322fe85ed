// The document is valid, tells of every route, and what the app answers fits it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Validator } from "@seriousme/openapi-schema-validator";
import { fixtureWeights, FOUR_HEADS, THINGS } from "../service/fixture.ts";
import {
  DATA_URL,
  IMAGES,
  postForm,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";
import { type Document, documentOf, judgeOf } from "./contract.ts";

const weights = await fixtureWeights({ heads: FOUR_HEADS, guard: false });
const withHeads = { serviceOptions: { weights } };

Deno.test("the document is valid OpenAPI 3.1", async () => {
  for (const options of [{}, withHeads]) {
    await withApp(options, async (app) => {
      const response = await app.request("/openapi.json");
      assertEquals(response.status, 200);
      const validator = new Validator();
      const { valid, errors } = await validator.validate(await response.json());
      assert(valid, JSON.stringify(errors));
      assertEquals(validator.version, "3.1");
    });
  }
});

Deno.test("labels, heads and limits of the served model are in the document", async () => {
  await withApp({ ...withHeads, limits: { images: 7 } }, async (app) => {
    const { paths } = await documentOf(app);
    const body = (path: string, type: string) =>
      paths[path]!.post!.requestBody!.content[type]!.schema;
    const { items } = body("/finetune", "application/json").properties!
      .examples!;
    assertEquals(Object.keys(items!.properties!), [
      "image",
      "predictionId",
      ...FOUR_HEADS.map(({ name }) => name),
    ]);
    assertEquals(items!.properties!.thing!.enum, [...THINGS, null]);
    assertEquals(items!.properties!.worn!.type, ["boolean", "null"]);
    const { images } = body("/predict", "application/json").properties!;
    assertEquals([images!.minItems, images!.maxItems], [1, 7]);
    const { steps, learningRate } = body("/finetune", "application/json")
      .properties!;
    assertEquals([steps!.type, steps!.minimum, steps!.maximum], [
      "integer",
      0,
      20,
    ]);
    assertEquals([learningRate!.exclusiveMinimum, learningRate!.maximum], [
      0,
      0.1,
    ]);
  });
});

Deno.test("predictions are said to need a key only where one is set", async () => {
  const security = async (predict: string | undefined) => {
    let found: unknown;
    const keys = { predict, finetune: "train", admin: "admin" };
    await withApp({ keys }, async (app) => {
      found = (await documentOf(app)).paths["/predict"]!.post!.security;
    });
    return found;
  };
  assertEquals(await security(undefined), []);
  assertEquals(await security("look"), [{ predict: [] }]);
});

Deno.test("every path and method of the document is there, and no other method", async () => {
  await withApp({}, async (app) => {
    const { paths } = await documentOf(app);
    assert(Object.keys(paths).length >= 12);
    for (const [path, methods] of Object.entries(paths)) {
      const concrete = path.replace("{version}", "0").replace("{name}", "a")
        .replace("{file}", "page.js").replace("{head}", "thing")
        .replace("{model}", "tandem");
      for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"]) {
        const response = await app.request(concrete, { method });
        await response.body?.cancel();
        const known = method.toLowerCase() in methods;
        assertEquals(response.status !== 405, known, `${method} ${path}`);
        assert(response.status !== 404, `${method} ${path}`);
      }
    }
  });
});

Deno.test("answers of every route and status fit the document", async () => {
  await withApp(withHeads, async (app) => {
    const judge = await judgeOf(app);
    const seen = new Set<string>();
    const see = async (
      method: string,
      path: string,
      status: number,
      answer: Response | Promise<Response>,
    ) => {
      const response = await answer;
      assertEquals(response.status, status, await response.clone().text());
      await judge(method, path, response);
      seen.add(`${method} ${path} ${status}`);
    };
    const admin = { Authorization: "Bearer admin" };
    const example = { image: DATA_URL, thing: "pen", width: 12, worn: true };
    await see("post", "/predict", 200, postImage(app, "/predict", IMAGES.png));
    await see(
      "post",
      "/predict",
      400,
      postImage(app, "/predict?topK=x", IMAGES.png),
    );
    await see(
      "post",
      "/predict",
      404,
      postImage(app, "/predict?version=9", IMAGES.png),
    );
    await see(
      "post",
      "/predict",
      413,
      postImage(app, "/predict", new Uint8Array(100_001)),
    );
    await see("post", "/predict", 415, postImage(app, "/predict", "hello"));
    const steps = { examples: [example], mode: "steps", learningRate: 1e-4 };
    await see("post", "/finetune", 200, postJson(app, "/finetune", steps));
    await see(
      "post",
      "/finetune",
      200,
      postForm(app, "/finetune", [
        ["image", IMAGES.png],
        ["thing", "mug"],
        ["dryRun", "true"],
      ]),
    );
    await see(
      "post",
      "/finetune",
      401,
      app.request("/finetune", { method: "POST" }),
    );
    await see(
      "post",
      "/finetune",
      412,
      postJson(app, "/finetune", steps, { "If-Match": '"x"' }),
    );
    await see(
      "post",
      "/finetune",
      415,
      postJson(app, "/finetune", "", { "Content-Type": "text/plain" }),
    );
    await see(
      "post",
      "/finetune",
      422,
      postJson(app, "/finetune", {
        examples: [{ ...example, thing: "fork" }],
      }),
    );
    await see("get", "/versions", 200, app.request("/versions"));
    await see("get", "/versions", 400, app.request("/versions?limit=0"));
    await see("get", "/versions/{version}", 200, app.request("/versions/1"));
    await see("get", "/versions/{version}", 200, app.request("/versions/0"));
    await see("get", "/versions/{version}", 404, app.request("/versions/99"));
    await see("get", "/model", 200, app.request("/model?since=0"));
    await see("get", "/model", 404, app.request("/model?since=99"));
    const { headers } = await app.request("/model");
    const known = { "If-None-Match": headers.get("ETag")! };
    await see("get", "/model", 304, app.request("/model", { headers: known }));
    const change = (method: string, name: string, body: BodyInit | null) =>
      app.request(`/labels/thing/${name}`, {
        method,
        headers: { Authorization: "Bearer train" },
        body,
      });
    const added = { head: "thing", label: "cup", images: [DATA_URL] };
    const bowl = '{"label":"bowl"}';
    await see("post", "/labels", 200, postJson(app, "/labels", added));
    await see("post", "/labels", 422, postJson(app, "/labels", added));
    const bare = { ...added, label: "" };
    await see("post", "/labels", 400, postJson(app, "/labels", bare));
    const named = "/labels/{head}/{name}";
    await see("patch", named, 200, change("PATCH", "cup", bowl));
    await see("patch", named, 404, change("PATCH", "cup", bowl));
    await see("delete", named, 404, change("DELETE", "cup", null));
    await see("delete", named, 200, change("DELETE", "bowl", null));
    await see(
      "post",
      "/rollback",
      200,
      postJson(app, "/rollback", { version: 0 }, admin),
    );
    await see(
      "post",
      "/rollback",
      400,
      postJson(app, "/rollback", { version: -1 }, admin),
    );
    await see(
      "post",
      "/rollback",
      404,
      postJson(app, "/rollback", { version: 99 }, admin),
    );
    const exported = await app.request("/export", { headers: admin });
    const file = await exported.clone().arrayBuffer();
    await see("get", "/export", 200, exported);
    const post = (body: BodyInit) =>
      app.request("/import", { method: "POST", headers: admin, body });
    await see("post", "/import", 200, post(file));
    await see("post", "/import", 422, post("nonsense"));
    const tag = (method: string, body: BodyInit | null) =>
      app.request("/tags/a", { method, headers: admin, body });
    await see("put", "/tags/{name}", 200, tag("PUT", '{"version":0}'));
    await see("put", "/tags/{name}", 404, tag("PUT", '{"version":99}'));
    await see("delete", "/tags/{name}", 204, tag("DELETE", null));
    await see("get", "/", 200, app.request("/"));
    await see("get", "/healthz", 200, app.request("/healthz"));
    for (const path of ["", "/health/live", "/health/ready"]) {
      await see("get", `/v2${path}`, 200, app.request(`/v2${path}`));
    }
    const { version } = await (await app.request("/healthz")).json();
    for (const path of ["", "/versions/{version}"]) {
      const model = `/v2/models/{model}${path}`;
      const served = model.replace("{model}", "tandem")
        .replace("{version}", version);
      const infer = {
        name: "image",
        datatype: "BYTES",
        shape: [1],
        data: [DATA_URL],
      };
      await see("get", model, 200, app.request(served));
      await see("get", model, 404, app.request(served.replace("tandem", "x")));
      await see("get", `${model}/ready`, 200, app.request(`${served}/ready`));
      await see(
        "post",
        `${model}/infer`,
        200,
        postJson(app, `${served}/infer`, { inputs: [infer] }),
      );
      await see(
        "post",
        `${model}/infer`,
        400,
        postJson(app, `${served}/infer`, { inputs: [] }),
      );
    }
    await see("get", "/readyz", 200, app.request("/readyz"));
    await see("get", "/metrics", 200, app.request("/metrics"));
    await see("get", "/openapi.json", 200, app.request("/openapi.json"));
    await see("get", "/docs", 200, app.request("/docs"));
    await see("get", "/docs/{file}", 200, app.request("/docs/page.js"));
    await see("get", "/page/{file}", 200, app.request("/page/page.js"));
    const { paths } = await documentOf(app);
    const good = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) =>
        `${method} ${path} ${Object.keys(responses)[0]}`
      )
    );
    assertEquals(good.filter((each) => !seen.has(each)), []);
  });
});

Deno.test("a refusal fits the document", async () => {
  const weights = await fixtureWeights();
  await withApp({ serviceOptions: { weights } }, async (app) => {
    const judge = await judgeOf(app);
    const response = await postJson(app, "/finetune", {
      examples: [{ image: DATA_URL, thing: THINGS[0] }],
      mode: "steps",
      steps: 20,
      learningRate: 0.1,
    });
    const { accepted, refusal } = await response.clone().json();
    assertEquals([accepted, refusal.next.length], [false, 3]);
    await judge("post", "/finetune", response);
  });
});

Deno.test("an answer that the document does not allow is found", async () => {
  await withApp({}, async (app) => {
    const judge = await judgeOf(app);
    const { predictions, model } =
      await (await postImage(app, "/predict", IMAGES.png)).json();
    const fits = async (status: number, body: unknown) => {
      try {
        await judge("post", "/predict", Response.json(body, { status }));
        return true;
      } catch {
        return false;
      }
    };
    assert(await fits(200, { predictions, model }));
    assert(!await fits(200, { predictions, model, more: 1 }));
    assert(
      !await fits(200, {
        predictions: [{ ...predictions[0], place: "street" }],
        model,
      }),
    );
    assert(!await fits(201, { predictions, model }));
    assert(
      !await fits(400, {
        type: "about:blank",
        title: "Bad Request",
        status: 400,
        detail: "",
      }),
    );
  });
});

Deno.test("the page loads nothing but what this server serves", async () => {
  await withApp({}, async (app) => {
    const response = await app.request("/docs");
    const policy = response.headers.get("Content-Security-Policy")!;
    assertStringIncludes(policy, "default-src 'none'");
    assertStringIncludes(policy, "script-src 'self';");
    const page = await response.text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, file]) => file!).filter((file) => file !== "data:,");
    assertEquals(files.length, 4);
    for (const file of files) {
      const part = await app.request(`/${file}`);
      assertEquals(part.status, 200, file);
      assert((await part.text()).length > 20, file);
    }
    assertEquals(page.includes("//"), false);
    assertEquals((await app.request("/docs/absolute-path.js")).status, 404);
    const document: Document = await documentOf(app);
    assert(!JSON.stringify(document).includes("://"));
  });
});
