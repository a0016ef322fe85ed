// Who may do what, and how much of it.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Hono } from "hono";
import { createApp } from "../../routes/app.ts";
import { StoreError } from "../../src/errors.ts";
import { readKeys, sha256 } from "../../routes/key_list.ts";
import { REQUEST_LIMITS } from "../../src/service/limits.ts";
import { DATA_URL, IMAGES, postJson, withApp } from "./fixture.ts";

const SENT = ["none", "wrong", "predict", "train", "admin"] as const;

/**
 * What the keys decide, for each of SENT: `+` lets through, 401 and 403 refuse.
 * Sets: all three keys are set · on loopback, where two are made · none elsewhere.
 */
const MATRIX = `
route                all set                   two made on loopback      none elsewhere
GET /                +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /healthz         +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /readyz          +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /metrics         +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /openapi.json    +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /docs            +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /docs/page.js    +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /page/page.js    +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
POST /predict        401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
GET /versions        401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
GET /versions/0      401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
GET /model           401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
POST /finetune       401 401 403 +   +         401 401 401 +   +         403 403 403 403 403
GET /v2  +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /v2/health/live  +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /v2/health/ready  +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
GET /v2/models/tandem  401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
GET /v2/models/tandem/ready  +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
POST /v2/models/tandem/infer  401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
GET /v2/models/tandem/versions/0  401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
GET /v2/models/tandem/versions/0/ready  +   +   +   +   +         +   +   +   +   +         +   +   +   +   +
POST /v2/models/tandem/versions/0/infer  401 401 +   +   +         +   +   +   +   +         +   +   +   +   +
POST /labels         401 401 403 +   +         401 401 401 +   +         403 403 403 403 403
PATCH /labels/b/a    401 401 403 +   +         401 401 401 +   +         403 403 403 403 403
DELETE /labels/b/a   401 401 403 +   +         401 401 401 +   +         403 403 403 403 403
POST /rollback       401 401 403 403 +         401 401 401 403 +         403 403 403 403 403
GET /export          401 401 403 403 +         401 401 401 403 +         403 403 403 403 403
POST /import         401 401 403 403 +         401 401 401 403 +         403 403 403 403 403
PUT /tags/a          401 401 403 403 +         401 401 401 403 +         403 403 403 403 403
DELETE /tags/a       401 401 403 403 +         401 401 401 403 +         403 403 403 403 403
`;

const SETS = [
  { predict: "predict", finetune: "train", admin: "admin" },
  { predict: undefined, finetune: "train", admin: "admin" },
  { predict: undefined, finetune: undefined, admin: undefined },
];

Deno.test("every route lets through those who may, and nobody else", async () => {
  const rows = MATRIX.trim().split("\n").slice(1);
  for (const [s, keys] of SETS.entries()) {
    await withApp({ keys }, async (app) => {
      for (const row of rows) {
        const [method, path, ...cells] = row.split(/ +/);
        assertEquals(cells.length, SETS.length * SENT.length, row);
        for (const [i, sent] of SENT.entries()) {
          const response = await app.request(path!, {
            method: method!,
            headers: sent === "none" ? {} : { Authorization: `Bearer ${sent}` },
          });
          await response.body?.cancel();
          const cell = cells[s * SENT.length + i]!;
          const refused = [401, 403].includes(response.status);
          assertEquals(
            refused ? String(response.status) : "+",
            cell,
            `${method} ${path} with ${sent}, set ${s}`,
          );
          assertEquals(
            response.headers.has("WWW-Authenticate"),
            response.status === 401,
          );
        }
      }
    });
  }
});

Deno.test("the matrix has every route of the document", async () => {
  await withApp({}, async (app) => {
    const { paths } = await (await app.request("/openapi.json")).json();
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) =>
        `${method.toUpperCase()} ${
          path.replace("{version}", "0").replace("{name}", "a")
            .replace("{file}", "page.js").replace("{head}", "b")
            .replace("{model}", "tandem")
        }`
      )
    );
    const rows = MATRIX.trim().split("\n").slice(1).map((row) =>
      row.split(/ +/, 2).join(" ")
    );
    assertEquals(documented.sort(), rows.sort());
  });
});

Deno.test("a setting is one key, or pairs of a name and a key", async () => {
  const names = (text: string) => readKeys("K", text).map(({ name }) => name);
  assertEquals(readKeys("K", undefined), []);
  assertEquals(names("secret"), [undefined]);
  assertEquals(names("c2VjcmV0Cg=="), [undefined]);
  assertEquals(names("a,b"), [undefined]);
  assertEquals(names("ann=x, bob=y"), ["ann", "bob"]);
  const digest = (await sha256("x")).toHex();
  for (
    const text of [
      `ann=sha256:${digest}`,
      `ann=SHA256:${digest.toUpperCase()}`,
      "ann=x",
    ]
  ) {
    const [key] = readKeys("K", text);
    assertEquals((await key!.digest()).toHex(), digest);
  }
  const refuse = (text: string, message: RegExp) => {
    const { message: said } = assertThrows(
      () => readKeys("K", text),
      RangeError,
    );
    assertMatch(said, message);
    assert(!said.includes("hunter2"), said);
  };
  refuse("ann=x,hunter2", /expected name=key in each of 2 parts .* part 2/);
  refuse("ann=hunter2,ann=y", /each name once, got ann twice/);
  refuse("ann=sha256:hunter2", /64 hexadecimal digits/);
  refuse("sha256:hunter2", /64 hexadecimal digits/);
  assertThrows(() =>
    createApp({
      service: () => Promise.reject(new Error("not opened")),
      keys: { predict: "a=b,c", finetune: undefined, admin: undefined },
      corsOrigin: undefined,
      limits: REQUEST_LIMITS,
    }), RangeError);
});

Deno.test("each of several keys opens, and the history says whose made a version", async () => {
  const digest = (await sha256("second")).toHex();
  const keys = {
    predict: undefined,
    finetune: `ann=first,bob=sha256:${digest}`,
    admin: undefined,
  };
  await withApp({ keys }, async (app) => {
    const teach = (key: string) =>
      postJson(app, "/finetune", {
        examples: [{ image: DATA_URL, thing: "pen" }],
        mode: "steps",
        learningRate: 1e-4,
      }, { Authorization: `Bearer ${key}` });
    assertEquals((await (await teach("first")).json()).accepted, true);
    assertEquals((await (await teach("second")).json()).accepted, true);
    assertEquals((await teach("third")).status, 401);
    const { versions } = await (await app.request("/versions")).json();
    assertEquals(
      versions.map(({ by }: { by?: string }) => by),
      ["bob", "ann", undefined],
    );
  });
});

const JSON_BODY = { "Content-Type": "application/json" };

Deno.test("the history says whose key went back, imported and changed labels", async () => {
  const keys = { predict: undefined, finetune: "ann=first", admin: "eve=all" };
  await withApp({ keys }, async (app) => {
    const send = async (
      method: string,
      path: string,
      key: string,
      body: BodyInit | null,
    ) => {
      const response = await app.request(path, {
        method,
        headers: {
          Authorization: `Bearer ${key}`,
          ...(typeof body === "string" && JSON_BODY),
        },
        body,
      });
      assertEquals(response.status, 200, `${method} ${path}`);
      return await response.arrayBuffer();
    };
    const cup = JSON.stringify({
      head: "thing",
      label: "cup",
      images: [DATA_URL],
    });
    await send("POST", "/labels", "first", cup);
    await send("PATCH", "/labels/thing/cup", "first", '{"label":"bowl"}');
    await send("DELETE", "/labels/thing/bowl", "all", null);
    const state = await send("GET", "/export", "all", null);
    await send("POST", "/rollback", "all", '{"version":0}');
    await send("POST", "/import", "all", state);
    const { versions } = await (await app.request("/versions")).json();
    assertEquals(
      versions.map(({ change, by }: { change: string; by?: string }) =>
        `${change} ${by}`
      ),
      [
        "import eve",
        "rollback eve",
        "labels eve",
        "labels ann",
        "labels ann",
        "base undefined",
      ],
    );
  });
});

Deno.test("a key of a lower role is told which would do, and a closed route that none would", async () => {
  for (const [admin, known] of [["all", ["ADMIN_KEY"]], [undefined]] as const) {
    const keys = { predict: undefined, finetune: "teach", admin };
    await withApp({ keys }, async (app) => {
      const refused = await app.request("/rollback", {
        method: "POST",
        headers: { Authorization: "Bearer teach" },
      });
      assertEquals(refused.status, 403);
      assertEquals((await refused.json()).known, known);
    });
  }
});

Deno.test("margin and trusted need an admin key", async () => {
  await withApp({}, async (app) => {
    const ask = (option: object, key: string) =>
      postJson(app, "/finetune", {
        examples: [{ image: DATA_URL, thing: "pen" }],
        dryRun: true,
        ...option,
      }, { Authorization: `Bearer ${key}` });
    for (const option of [{ margin: 1 }, { trusted: true }]) {
      const refused = await ask(option, "train");
      const { field, detail } = await refused.json();
      assertEquals([refused.status, field], [403, Object.keys(option)[0]]);
      assertStringIncludes(detail, "ADMIN_KEY");
      assertEquals((await ask(option, "admin")).status, 200);
    }
  });
});

Deno.test("a key's requests per minute are counted, and told", async () => {
  const keys = {
    predict: "ann=a,bob=b",
    finetune: undefined,
    admin: undefined,
  };
  await withApp({ keys, keyBudgets: { requests: 3 } }, async (app) => {
    const ask = (key: string) =>
      app.request("/versions", { headers: { Authorization: `Bearer ${key}` } });
    for (const left of [2, 1, 0]) {
      const response = await ask("a");
      assertEquals(response.status, 200);
      assertEquals(
        response.headers.get("RateLimit-Policy"),
        '"requests";q=3;w=60',
      );
      assertMatch(
        response.headers.get("RateLimit")!,
        new RegExp(`^"requests";r=${left};t=(60|5\\d)$`),
      );
    }
    const refused = await ask("a");
    assertEquals(refused.status, 429);
    const wait = Number(refused.headers.get("Retry-After"));
    assert(wait > 50 && wait <= 60);
    assertMatch(refused.headers.get("RateLimit")!, /r=0/);
    assertStringIncludes(
      (await refused.json()).detail,
      "3 requests per minute",
    );
    assertEquals((await ask("b")).status, 200);
    assertEquals((await ask("c")).status, 401);
  });
});

Deno.test("a key's examples per hour are counted where they are learned, and not where a request is repeated", async () => {
  await withApp({ keyBudgets: { examples: 3 } }, async (app) => {
    const teach = (examples: number, headers = {}) =>
      teachIn(app, examples, headers);
    const first = await teach(2, { "Idempotency-Key": "k" });
    assertEquals(first.status, 200);
    assertMatch(first.headers.get("RateLimit")!, /^"examples";r=1;t=\d+$/);
    assertEquals((await teach(2, { "Idempotency-Key": "k" })).status, 200);
    assertEquals((await teach(2)).status, 429);
    assertEquals((await teach(1)).status, 200);
    assertEquals((await teach(1)).status, 429);
    const { version } = await (await app.request("/healthz")).json();
    assertEquals(version, 2);
  });
});

Deno.test("the images of a new class count as examples", async () => {
  await withApp({ keyBudgets: { examples: 2 } }, async (app) => {
    const add = (label: string, images: number) =>
      postJson(app, "/labels", {
        head: "thing",
        label,
        images: Array(images).fill(DATA_URL),
      });
    const first = await add("cup", 2);
    assertEquals(first.status, 200);
    assertMatch(first.headers.get("RateLimit")!, /^"examples";r=0;t=\d+$/);
    assertEquals((await add("bowl", 1)).status, 429);
    const { version } = await (await app.request("/healthz")).json();
    assertEquals(version, 1);
  });
});

Deno.test("without a store predictions go on, whatever budget there is, and nothing else does", async () => {
  const keys = { predict: "look", finetune: "train", admin: undefined };
  const keyBudgets = { requests: 1 };
  await withApp({ keys, keyBudgets }, async (app, service) => {
    Object.defineProperty(service, "budgets", {
      value: () => Promise.reject(new StoreError("gone")),
    });
    for (let i = 0; i < 3; i++) {
      const response = await app.request("/predict", {
        method: "POST",
        body: IMAGES.png,
        headers: { Authorization: "Bearer look" },
      });
      assertEquals(response.status, 200);
    }
    assertEquals((await teachIn(app, 1, {})).status, 503);
  });
});

function teachIn(
  app: Hono,
  examples: number,
  headers: Record<string, string>,
): Promise<Response> {
  return postJson(app, "/finetune", {
    examples: Array.from(
      { length: examples },
      () => ({ image: DATA_URL, thing: "pen" }),
    ),
    mode: "steps",
    learningRate: 1e-5,
  }, headers);
}
