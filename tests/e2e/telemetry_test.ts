// What OpenTelemetry is told, by Deno's exporter to the console.

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { DATA_URL, IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { startServer, withFolder } from "./server.ts";

/** A span as the exporter prints it. */
interface Span {
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  readonly milliseconds: number;
  readonly parent: string | undefined;
}

/** Requests of a client whose server tells OpenTelemetry; gives all that was printed. */
async function printed(
  env: Record<string, string>,
  ask: (url: string) => Promise<Response>,
  until = (_said: string) => true,
): Promise<string> {
  let said = "";
  await withFolder(modelBytes(), async (files) => {
    const server = await startServer(["run", "-A", "routes/start.ts"], {
      HOST: "127.0.0.1",
      PORT: "0",
      MODEL: files.model,
      STORE: files.store,
      FINETUNE_KEY: "train",
      NO_COLOR: "1",
      OTEL_EXPORTER_OTLP_PROTOCOL: "console",
      ...env,
    });
    const response = await ask(server.url);
    assertEquals(response.status, 200, await response.text());
    while (!until(server.said())) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await server.stop();
    said = server.said();
  });
  return said;
}

function spansOf(said: string): Span[] {
  const spans = said.matchAll(
    /^SPAN (.+) \[(\w+)\/(\w+)\] \w+ ([\d.]+)ms\n(?: {2}parent: (\w+)\n)?/gm,
  );
  return Array.from(spans, ([, name, trace, id, milliseconds, parent]) => ({
    name: name!,
    trace: trace!,
    id: id!,
    milliseconds: Number(milliseconds),
    parent,
  }));
}

const finetune = (url: string) =>
  fetch(`${url}/finetune`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Authorization: "Bearer train",
    },
    body: JSON.stringify({
      examples: [{ image: DATA_URL, thing: "pen" }],
      mode: "steps",
      steps: 2,
      learningRate: 1e-4,
    }),
  });

Deno.test("a fine-tune is one trace: its images, its steps, the guard and the commit", async () => {
  const said = await printed({ OTEL_DENO: "true" }, finetune);
  const spans = spansOf(said);
  const request = spans.find(({ name }) => name === "POST")!;
  const own = spans.filter(({ trace }) => trace === request.trace);
  const nameOf = (id: string | undefined) =>
    own.find((span) => span.id === id)?.name ?? "";
  assertEquals(own.map(({ name, parent }) => `${nameOf(parent)} > ${name}`), [
    "images > decode",
    "images > describe",
    "finetune > images",
    "finetune > step",
    "finetune > step",
    "finetune > guard",
    "finetune > commit",
    "POST > finetune",
    " > POST",
  ]);
  const finetune_ = own.find(({ name }) => name === "finetune")!;
  const parts = own.filter(({ parent }) => parent === finetune_.id);
  for (const { name, milliseconds } of parts) {
    assertGreater(milliseconds, 0, name);
    assert(milliseconds <= finetune_.milliseconds, name);
  }
});

const predict = (url: string) =>
  fetch(`${url}/predict`, { method: "POST", body: IMAGES.png });

Deno.test("OpenTelemetry reads what /metrics counts, at the latest when the server stops", async () => {
  const said = await printed({ OTEL_DENO: "true" }, predict);
  assertMatch(
    said,
    /METRIC tandem_requests_total \(Sum\)[^]*?{method=POST, route=\/predict, status=200} value=1\n/,
  );
  assertMatch(
    said,
    /METRIC tandem_phase_duration_seconds \(Histogram, unit=s\)[^]*?{phase=forward} count=1 /,
  );
});

Deno.test("OpenTelemetry reads the gauges from time to time", async () => {
  // Deno 2.9 can wait for ever where it is to end while it exports: not too often.
  const env = { OTEL_DENO: "true", OTEL_METRIC_EXPORT_INTERVAL: "3000" };
  const version = /METRIC tandem_model_version \(Gauge\)[^]*?value=0\n/;
  const exported = (said: string) => /METRIC v8js/.test(said);
  assertMatch(await printed(env, predict, exported), version);
});

Deno.test("without OTEL_DENO nothing is told", async () => {
  const said = await printed({}, finetune);
  assertEquals(/SPAN|METRIC/.exec(said), null);
});
