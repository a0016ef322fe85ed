import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Hono } from "hono";
import { readSettings } from "../../src/service/settings.ts";
import { IMAGES, withApp } from "./fixture.ts";

function predict(
  app: Hono,
  headers: Record<string, string>,
  url = "http://localhost:8000/predict",
): Promise<Response> {
  return Promise.resolve(
    app.request(url, { method: "POST", body: IMAGES.png, headers }),
  );
}

Deno.test("a server for this machine answers to its own names only", async () => {
  await withApp({ loopback: true }, async (app) => {
    const hosts = ["localhost:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]:80"];
    for (const host of hosts) {
      assertEquals((await predict(app, { Host: host })).status, 200, host);
    }
    for (
      const host of [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
      ]
    ) {
      const refused = await predict(app, { Host: host });
      assertEquals(refused.status, 421, host);
      assertEquals((await refused.json()).field, "Host");
    }
    const rebound = await app.request("http://evil.example/healthz");
    assertEquals(rebound.status, 421);
  });
  await withApp({}, async (app) => {
    assertEquals((await predict(app, { Host: "tandem.example" })).status, 200);
  });
});

Deno.test("a server for this machine answers to the names that ALLOWED_HOSTS lists", async () => {
  const { allowedHosts } = readSettings((name) =>
    name === "ALLOWED_HOSTS" ? "tandem.example, Other.Example," : undefined
  );
  await withApp({ loopback: true, allowedHosts }, async (app) => {
    for (const host of ["tandem.example", "TANDEM.example:443", "localhost"]) {
      assertEquals((await predict(app, { Host: host })).status, 200, host);
    }
    assertEquals((await predict(app, { Host: "other.example" })).status, 200);
    for (const host of ["evil.example", "a.tandem.example", "", ":443"]) {
      const refused = await predict(app, { Host: host });
      assertEquals(refused.status, 421, host);
      assertStringIncludes((await refused.json()).detail, "ALLOWED_HOSTS");
    }
  });
});

Deno.test("a page of another origin cannot make a browser post", async () => {
  await withApp({ loopback: true }, async (app) => {
    const host = { Host: "localhost:8000" };
    const own = [
      {},
      { Origin: "http://localhost:8000" },
      { Origin: "https://proxied.example", "Sec-Fetch-Site": "same-origin" },
    ];
    for (const headers of own) {
      assertEquals((await predict(app, { ...host, ...headers })).status, 200);
    }
    const foreign = [
      { Origin: "https://evil.example" },
      { Origin: "null" },
      { Origin: "http://localhost:8001" },
      { Origin: "http://localhost:8000", "Sec-Fetch-Site": "cross-site" },
      { Origin: "https://evil.example", "Sec-Fetch-Site": "same-site" },
    ];
    for (const headers of foreign) {
      const refused = await predict(app, { ...host, ...headers });
      assertEquals(refused.status, 403);
      assertStringIncludes((await refused.json()).detail, "CORS_ORIGIN");
    }
    const read = await app.request("http://localhost:8000/healthz", {
      headers: { Origin: "https://evil.example" },
    });
    assertEquals(read.status, 200);
    assertEquals(read.headers.get("Access-Control-Allow-Origin"), null);
  });
});

Deno.test("the origin that CORS_ORIGIN names may post, and every one where it is *", async () => {
  const page = {
    Origin: "https://page.example",
    "Sec-Fetch-Site": "cross-site",
  };
  await withApp({ corsOrigin: "https://page.example" }, async (app) => {
    assertEquals((await predict(app, page)).status, 200);
    const other = { ...page, Origin: "https://other.example" };
    assertEquals((await predict(app, other)).status, 403);
  });
  await withApp({ corsOrigin: "*" }, async (app) => {
    assertEquals((await predict(app, page)).status, 200);
  });
});

Deno.test("the model's history follows the key of predictions", async () => {
  const keys = { predict: "p", finetune: undefined, admin: undefined };
  await withApp({ keys }, async (app) => {
    for (const path of ["/versions", "/versions/0"]) {
      assertEquals((await app.request(path)).status, 401);
      const headers = { Authorization: "Bearer p" };
      assertEquals((await app.request(path, { headers })).status, 200);
    }
    assertEquals((await app.request("/healthz")).status, 200);
  });
});
