import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { IMAGES, postImage, withApp } from "./fixture.ts";

Deno.test("health says the version and the step", async () => {
  await withApp({}, async (app) => {
    const response = await app.request("/healthz");
    assertEquals(response.status, 200);
    assertEquals(await response.json(), { status: "ok", version: 0, step: 50 });
    assertEquals(response.headers.get("Cache-Control"), "no-store");
  });
});

Deno.test("a path that is not there is a 404, a method that is not there a 405 that names those that are", async () => {
  await withApp({}, async (app) => {
    const missing = await app.request("/nope");
    assertEquals([missing.status, missing.headers.get("Content-Type")], [
      404,
      "application/problem+json",
    ]);
    assertEquals(missing.headers.get("X-Content-Type-Options"), "nosniff");
    const { title, status, detail } = await missing.json();
    assertEquals([title, status], ["Not Found", 404]);
    assertStringIncludes(detail, "/nope");
    for (
      const [path, method, allow] of [
        ["/predict", "GET", "POST"],
        ["/finetune", "DELETE", "POST"],
        ["/healthz", "POST", "GET"],
        ["/", "PUT", "GET"],
      ] as const
    ) {
      const response = await app.request(path, { method });
      assertEquals([response.status, response.headers.get("Allow")], [
        405,
        allow,
      ], path);
    }
  });
});

Deno.test("what goes wrong inside is logged with the request's id and not told", async () => {
  const logged: unknown[] = [];
  const report = (error: unknown) => logged.push(error);
  const service = () => Promise.reject(new Error("secret path /a/b"));
  await withApp({ service, report }, async (app) => {
    const response = await postImage(app, "/predict", IMAGES.png);
    assertEquals(response.status, 500);
    const text = await response.text();
    assertEquals(text.includes("secret"), false);
    const id = response.headers.get("X-Request-Id")!;
    assertMatch(id, /^[0-9a-f-]{36}$/);
    assertStringIncludes(text, id);
    assertEquals(logged.length, 1);
    assertStringIncludes(String(logged[0]), id);
    assertStringIncludes(String(logged[0]), "secret");
  });
});

Deno.test("pages of other origins may call only where that was set", async () => {
  const origin = "https://example.com";
  const preflight = {
    method: "OPTIONS",
    headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
  };
  await withApp({}, async (app) => {
    const response = await app.request("/predict", preflight);
    assertEquals(response.headers.get("Access-Control-Allow-Origin"), null);
  });
  await withApp({ corsOrigin: origin }, async (app) => {
    const response = await app.request("/predict", preflight);
    assertEquals(response.status, 204);
    assertEquals(response.headers.get("Access-Control-Allow-Origin"), origin);
  });
});
