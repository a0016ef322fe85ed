// Labels that change elsewhere, or meanwhile: each request means the newest ones.

import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import type { Hono } from "hono";
import { openEngine } from "../../src/store/open.ts";
import { ADMIN_KEY, DATA_URL, postJson, withApp } from "./fixture.ts";

const admin = { Authorization: `Bearer ${ADMIN_KEY}` };

/** Runs a test on two apps that share a store. */
async function withTwoApps(
  body: (one: Hono, other: Hono) => Promise<void>,
): Promise<void> {
  const engine = await openEngine("memory");
  const serviceOptions = { engine: { ...engine, close: async () => {} } };
  await withApp(
    { serviceOptions },
    (one) => withApp({ serviceOptions }, (other) => body(one, other)),
  );
  await engine.close();
}

function addCup(app: Hono): Promise<Response> {
  const cup = { head: "thing", label: "cup", images: [DATA_URL] };
  return postJson(app, "/labels", cup);
}

function teachCup(app: Hono): Promise<Response> {
  return postJson(app, "/finetune", {
    examples: [{ image: DATA_URL, thing: "cup" }],
  });
}

Deno.test("a server that has predicted nothing yet describes the classes that it serves", async () => {
  await withTwoApps(async (one, other) => {
    await addCup(one);
    const document = await (await other.request("/openapi.json")).text();
    assertStringIncludes(document, '"cup"');
  });
});

Deno.test("a server knows the classes that another has just added or taken back", async () => {
  await withTwoApps(async (one, other) => {
    assertEquals((await addCup(one)).status, 200);
    assertEquals((await teachCup(other)).status, 200);
    await postJson(one, "/rollback", { version: 0 }, admin);
    const refused = await teachCup(other);
    assertEquals(refused.status, 422);
    assertEquals((await refused.json()).known, ["book", "mug", "pen"]);
    await addCup(other);
    await postJson(one, "/rollback", { version: 0 }, admin);
    assertEquals((await addCup(other)).status, 200);
  });
});

Deno.test("a correction is never taught under a label that a change before it took away", async () => {
  await withTwoApps(async (one, other) => {
    for (const app of [one, other]) {
      await addCup(one);
      const [back, taught] = await Promise.all([
        postJson(one, "/rollback", { version: 0 }, admin),
        teachCup(app),
      ]);
      const { version: { before: rolledBack } } = await back.json();
      const { version, detail } = await taught.json();
      if (taught.status === 200) assertLess(version.before, rolledBack);
      else if (taught.status === 409) {
        assertStringIncludes(detail, "labels of thing changed meanwhile");
        assertEquals(taught.headers.get("Retry-After"), "1");
      } else assertEquals(taught.status, 422);
    }
  });
});
