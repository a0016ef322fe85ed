// POST /finetune as a stream of events.

import { assert, assertEquals } from "@std/assert";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Hono } from "hono";
import { DATA_URL, IMAGES, postImage, postJson, withApp } from "./fixture.ts";

const body = {
  examples: [{ image: DATA_URL, thing: "pen" }],
  mode: "steps",
  learningRate: 1e-4,
};
const events = { Accept: "text/event-stream" };

async function eventsOf(response: Response): Promise<[string, unknown][]> {
  assertEquals(response.headers.get("Content-Type"), "text/event-stream");
  const parsed = response.body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  return await Array.fromAsync(
    parsed,
    ({ event, data }) => [event!, JSON.parse(data)] as [string, unknown],
  );
}

const versionOf = async (app: Hono) =>
  (await (await app.request("/healthz")).json()).version;

Deno.test("events tell how far it is, and the last is the answer", async () => {
  const answers: unknown[] = [];
  await withApp({}, async (app) => {
    answers.push(await (await postJson(app, "/finetune", body)).json());
  });
  await withApp({}, async (app) => {
    const response = await postJson(app, "/finetune", body, events);
    assertEquals(response.status, 200);
    assertEquals(await eventsOf(response), [
      ["checked", { examples: 1 }],
      ["decoded", { examples: 1 }],
      ["step", { step: 1 }],
      ["step", { step: 2 }],
      ["step", { step: 3 }],
      ["answer", answers[0]],
    ]);
    assertEquals(await versionOf(app), 1);
  });
});

Deno.test("what is wrong before the work is a problem; what goes wrong in it is the last event", async () => {
  await withApp({}, async (app) => {
    const refused = await postJson(app, "/finetune", {}, events);
    assertEquals(refused.status, 400);
    assertEquals(
      refused.headers.get("Content-Type"),
      "application/problem+json",
    );
    const image = `data:image/png;base64,${IMAGES.png.slice(0, 60).toBase64()}`;
    const broken = await postJson(app, "/finetune", {
      ...body,
      examples: [...body.examples, { image, thing: "pen" }],
    }, events);
    const told = await eventsOf(broken);
    assertEquals(told.map(([event]) => event), ["checked", "problem"]);
    const { status, field } = told[1]![1] as { status: number; field: string };
    assertEquals([status, field], [400, "examples[1].image"]);
  });
});

Deno.test("streams that nobody reads to their end lose no step and hold nothing", async () => {
  const STREAMS = 200;
  const limits = { requests: 64, heldBytes: 100_000 };
  await withApp({ limits }, async (app, service) => {
    let taken = 0;
    for (let i = 0; i < STREAMS; i++) {
      const response = await postJson(app, "/finetune", body, events);
      assertEquals(response.status, 200);
      taken++;
      if (i % 2) await response.body!.cancel();
      else await response.text();
    }
    await service.settled();
    assertEquals(await versionOf(app), taken);
    // All that was counted was given back, or this would be a 429.
    const many = await Promise.all(
      Array.from({ length: 3 }, () => postImage(app, "/predict", IMAGES.png)),
    );
    assert(many.every(({ status }) => status === 200));
  });
});
