// Hono's client knows every route, field and answer of the app.

import { assert, assertEquals, assertGreater } from "@std/assert";
import { hc } from "hono/client";
import type { App } from "../../routes/app.ts";
import { fixtureWeights, FOUR_HEADS } from "../service/fixture.ts";
import { DATA_URL, withApp } from "./fixture.ts";

/** The heads of the model that the tests serve. */
type Served = App<{
  place: "classes";
  worn: "binary";
  thing: "classes";
  width: "number";
}>;

const weights = await fixtureWeights({ heads: FOUR_HEADS, guard: false });
const headers = { Authorization: "Bearer admin" };

Deno.test("a typed client asks, teaches, and goes back", async () => {
  await withApp({ serviceOptions: { weights } }, async (app) => {
    const client = hc<Served>("http://localhost", {
      fetch: (input: RequestInfo | URL, init?: RequestInit) =>
        app.request(input instanceof URL ? input.href : input, init),
      headers,
    });
    const asked = await client.predict.$post({
      json: { images: [DATA_URL] },
      query: { topK: "2" },
    });
    assert(asked.ok);
    const { predictions: [first], model } = await asked.json();
    const { id, thing, worn, width }: {
      id: string;
      thing: { label: string; top: readonly { probability: number }[] };
      worn: { label: boolean };
      width: { value: number; unit?: string };
    } = first!;
    assertEquals([thing.top.length, width.unit, model.version], [2, "cm", 0]);
    assertEquals(typeof worn.label, "boolean");

    const taught = await client.finetune.$post({
      json: {
        examples: [{ predictionId: id, thing: "pen", width: 12 }],
        mode: "steps",
        learningRate: 1e-4,
      },
    });
    assert(taught.ok);
    const { version, examples } = await taught.json();
    assertEquals(version, { before: 0, after: 1 });
    const rank: number | undefined = examples[0]!.thing?.rank.after;
    assertGreater(rank!, 0);

    const back = await client.rollback.$post({ json: { version: 0 } });
    assert(back.ok);
    assertEquals((await back.json()).restored, 0);
    const one = await client.versions[":version"].$get({
      param: { version: "1" },
    });
    assert(one.ok);
    assertEquals((await one.json()).change, "finetune");

    const refused = await client.versions[":version"].$get({
      param: { version: "9" },
    });
    assert(!refused.ok);
    const { detail, field }: { detail: string; field?: string | undefined } =
      await refused.json();
    assertEquals([refused.status, field], [404, "version"]);
    assertGreater(detail.length, 0);
  });
});

Deno.test("what the API does not have, the client's types do not have", () => {
  // Checked by the compiler: nothing is sent.
  const client = hc<Served>("http://localhost");
  const body = { examples: [{ image: DATA_URL, thing: "pen" }] };
  const stray = { examples: [{ image: "", width: 1, thing: 2 }] };
  const calls = [
    () => client.finetune.$post({ json: { ...body, dryRun: true } }),
    // @ts-expect-error it is called dryRun
    () => client.finetune.$post({ json: { ...body, dry_run: true } }),
    // @ts-expect-error there is no such mode
    () => client.finetune.$post({ json: { ...body, mode: "both" } }),
    // @ts-expect-error a class is a text
    () => client.finetune.$post({ json: stray }),
    // @ts-expect-error there is no such route
    () => client.train.$post(),
    // @ts-expect-error a version is needed
    () => client.rollback.$post({ json: {} }),
  ];
  assertEquals(calls.length, 6);
});
