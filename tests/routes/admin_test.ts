import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  ADMIN_KEY,
  DATA_URL,
  IMAGES,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const admin = { Authorization: `Bearer ${ADMIN_KEY}` };
const teach = {
  examples: [{ image: DATA_URL, thing: "pen" }],
  learningRate: 0.01,
  mode: "steps",
};

Deno.test("the history has the shape of the contract", async () => {
  await withApp({}, async (app) => {
    await postJson(app, "/finetune", teach);
    const { versions } = await (await app.request("/versions")).json();
    assertEquals(versions.map(({ version }: { version: number }) => version), [
      1,
      0,
    ]);
    const [one, base] = versions;
    assertEquals([one.parent, one.step, one.change], [0, 53, "finetune"]);
    assertEquals(new Date(one.createdAt).toISOString(), one.createdAt);
    assertEquals([base.parent, base.step, base.createdAt], [null, 50, null]);
    const response = await app.request("/versions/1");
    const { tensors, request, ...rest } = await response.json();
    assertEquals(rest.sha256, one.sha256);
    assertEquals(response.headers.get("ETag"), `"sha256-${one.sha256}"`);
    assertEquals(request, {
      scope: "heads",
      steps: 3,
      learningRate: 0.01,
      examples: 1,
    });
    assertEquals(tensors.length, 6);
    assertEquals((await app.request("/versions/2")).status, 404);
    assertEquals((await app.request("/versions/x")).status, 404);
    assertEquals((await app.request("/versions?limit=0")).status, 400);
    const page = await (await app.request("/versions?limit=1&before=1")).json();
    assertEquals(page.versions, [base]);
  });
});

Deno.test("a rollback undoes a correction", async () => {
  await withApp({}, async (app) => {
    const before = await (await postImage(app, "/predict", IMAGES.png)).json();
    await postJson(app, "/finetune", teach);
    const response = await postJson(app, "/rollback", { version: 0 }, admin);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("ETag"), before.model.etag);
    const answer = await response.json();
    assertEquals([answer.version, answer.restored], [
      { before: 1, after: 2 },
      0,
    ]);
    const after = await (await postImage(app, "/predict", IMAGES.png)).json();
    assertEquals(after, { ...before, model: { ...before.model, version: 2 } });
    for (const version of [-1, 1.5, "1", undefined]) {
      assertEquals(
        (await postJson(app, "/rollback", { version }, admin)).status,
        400,
      );
    }
    assertEquals(
      (await postJson(app, "/rollback", { version: 9 }, admin)).status,
      404,
    );
  });
});

Deno.test("an export is a file that can be imported", async () => {
  await withApp({}, async (app) => {
    await postJson(app, "/finetune", teach);
    const exported = await app.request("/export", { headers: admin });
    assertEquals(exported.status, 200);
    const file = new Uint8Array(await exported.arrayBuffer());
    assertEquals(Number(exported.headers.get("Content-Length")), file.length);
    assertStringIncludes(
      exported.headers.get("Content-Disposition")!,
      "tandem-1.safetensors",
    );
    await postJson(app, "/finetune", teach);
    const post = (body: Uint8Array<ArrayBuffer>) =>
      app.request("/import", { method: "POST", body, headers: admin });
    const imported = await post(file);
    assertEquals(imported.status, 200);
    assertEquals((await imported.json()).version, { before: 2, after: 3 });
    assertEquals(imported.headers.get("ETag"), exported.headers.get("ETag"));
    const refused = await post(file.slice(0, 1000));
    assertEquals(refused.status, 422);
    assertStringIncludes((await refused.json()).detail, "expected");
  });
});

Deno.test("a state may be larger than other bodies, up to a limit of its own", async () => {
  await withApp({ limits: { bodyBytes: 1024 } }, async (app) => {
    const send = (path: string) =>
      app.request(path, {
        method: "POST",
        body: new Uint8Array(200_000),
        headers: admin,
      });
    assertEquals((await send("/import")).status, 422); // read, and no state
    assertEquals((await send("/rollback")).status, 413);
  });
});

Deno.test("a small limit holds for a body that comes as a whole, too", async () => {
  await withApp({ limits: { bodyBytes: 1024 } }, async (app) => {
    for (const length of [1024, 1025]) {
      const body = JSON.stringify({ version: 0 }).padEnd(length);
      const headers = {
        ...admin,
        "Content-Type": "application/json",
        "Content-Length": String(length),
      };
      const answer = await app.request("/rollback", {
        method: "POST",
        body,
        headers,
      });
      assertEquals(answer.status, length > 1024 ? 413 : 200);
      await answer.body?.cancel();
    }
  });
});

Deno.test("tags name versions", async () => {
  await withApp({}, async (app) => {
    const tag = (name: string, method: string, version?: number) =>
      app.request(`/tags/${name}`, {
        method,
        headers: admin,
        body: version === undefined ? null : JSON.stringify({ version }),
      });
    assertEquals((await tag("good", "PUT", 0)).status, 200);
    assertEquals((await (await app.request("/versions/0")).json()).tags, [
      "good",
    ]);
    assertEquals((await tag("good", "PUT", 3)).status, 404);
    assertEquals((await tag("a%20b", "PUT", 0)).status, 400);
    assertEquals((await tag("good", "DELETE")).status, 204);
    assertEquals((await (await app.request("/versions/0")).json()).tags, []);
    assertEquals((await tag("good", "GET")).status, 405);
  });
});

Deno.test("the admin routes need the admin key, and are closed where there is none", async () => {
  const requests = [["/rollback", "POST"], ["/export", "GET"], [
    "/import",
    "POST",
  ], ["/tags/a", "PUT"]] as const;
  await withApp({}, async (app) => {
    for (const [path, method] of requests) {
      const response = await app.request(path, {
        method,
        headers: { Authorization: "Bearer train" },
      });
      assertEquals(response.status, 403, path);
      assertStringIncludes((await response.json()).detail, "ADMIN_KEY");
    }
  });
  await withApp({
    keys: { predict: undefined, finetune: "train", admin: undefined },
  }, async (app) => {
    for (const [path, method] of requests) {
      const response = await app.request(path, { method, headers: admin });
      assertEquals(response.status, 403, path);
      assertStringIncludes((await response.json()).detail, "ADMIN_KEY");
    }
  });
});
