// What is told of requests: in headers, in the log, in the metrics, in traces.

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import parsePrometheus from "parse-prometheus-text-format";
import type { Meter, Reading } from "../../routes/metrics.ts";
import type { Trace } from "../../routes/record.ts";
import { fixtureWeights } from "../service/fixture.ts";
import { DATA_URL, IMAGES, postImage, postJson, withApp } from "./fixture.ts";

const teach = {
  examples: [{ image: DATA_URL, thing: "pen" }],
  mode: "steps",
  learningRate: 1e-4,
};

/** A family of metrics as the parser gives it. */
interface Family {
  readonly name: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly value?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

Deno.test("every answer tells its id and where the time went", async () => {
  await withApp({}, async (app) => {
    const timing = async (answer: Promise<Response>) => {
      const response = await answer;
      await response.body?.cancel();
      assertMatch(response.headers.get("X-Request-Id")!, /^[0-9a-f-]{36}$/);
      return response.headers.get("Server-Timing")!.split(", ")
        .map((part) => /^(\w+);dur=\d+\.\d\d$/.exec(part)![1]);
    };
    assertEquals(await timing(postImage(app, "/predict", IMAGES.png)), [
      "decode",
      "describe",
      "images",
      "forward",
      "predict",
      "total",
    ]);
    assertEquals(await timing(postJson(app, "/finetune", teach)), [
      "decode",
      "describe",
      "images",
      "step",
      "commit",
      "finetune",
      "total",
    ]);
    assertEquals(await timing(postJson(app, "/finetune", {})), ["total"]);
    assertEquals(
      await timing(Promise.resolve(app.request("/nowhere"))),
      ["total"],
    );
  });
});

Deno.test("the log says which version a change of labels or a rollback made", async () => {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const keys = { predict: undefined, finetune: undefined, admin: "all" };
  await withApp({ log, keys }, async (app) => {
    const admin = { Authorization: "Bearer all" };
    const label = { head: "thing", label: "teapot", images: [DATA_URL] };
    assertEquals((await postJson(app, "/labels", label, admin)).status, 200);
    const back = await postJson(app, "/rollback", { version: 0 }, admin);
    assertEquals(back.status, 200);
  });
  assertMatch(lines[0]!, / POST \/labels [\d.]+ ms version 1 /);
  assertMatch(lines[1]!, / POST \/rollback [\d.]+ ms version 2 /);
});

Deno.test("the log tells of every request, and nothing that is secret", async () => {
  for (const logFormat of ["line", "json", "none"] as const) {
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const keys = {
      predict: undefined,
      finetune: "ann=hunter2",
      admin: undefined,
    };
    await withApp({ log, logFormat, keys }, async (app) => {
      const taught = await postJson(app, "/finetune", teach, {
        Authorization: "Bearer hunter2",
      });
      assertEquals(taught.status, 200);
      const refused = await postJson(app, "/finetune", teach, {
        Authorization: "Bearer hunter3",
      });
      assertEquals(refused.status, 401);
      await app.request("/nowhere?token=hunter2");
      if (logFormat === "none") {
        assertEquals(lines, []);
        return;
      }
      assertEquals(lines.length, 3);
      assert(!/hunter|base64|token/.test(lines.join("\n")));
      assert(lines.every((line) => !line.includes("\n")));
      const id = taught.headers.get("X-Request-Id");
      if (logFormat === "json") {
        const { time, milliseconds, ...entry } = JSON.parse(lines[0]!);
        assertEquals(new Date(time).toISOString(), time);
        assertGreater(milliseconds, 0);
        assertEquals(entry, {
          status: 200,
          method: "POST",
          path: "/finetune",
          version: 1,
          key: "ann",
          id,
        });
      } else {
        assertMatch(
          lines[0]!,
          /^\S+Z 200 POST \/finetune \d[\d.]* ms version 1 key ann [0-9a-f-]{36}$/,
        );
        assert(lines[0]!.endsWith(id!));
        assertMatch(
          lines[2]!,
          /^\S+Z 404 GET \/nowhere [\d.]+ ms [0-9a-f-]{36}$/,
        );
      }
    });
  }
});

Deno.test("the metrics are read by a Prometheus parser, and count right", async () => {
  await withApp({}, async (app) => {
    for (let i = 0; i < 3; i++) await postImage(app, "/predict", IMAGES.png);
    await postImage(app, "/predict", "hello");
    await postJson(app, "/finetune", teach);
    await postJson(app, "/finetune", { ...teach, dryRun: true });
    for (let i = 0; i < 3; i++) {
      await postJson(app, "/finetune", teach, { "Idempotency-Key": "k" });
    }
    await app.request("/versions/0");
    await app.request("/versions/99");
    await app.request("/nowhere/at/all");
    await app.request("/predict", { method: "BREW" });
    const response = await app.request("/metrics");
    assertMatch(
      response.headers.get("Content-Type")!,
      /^text\/plain; version=0\.0\.4/,
    );
    const text = await response.text();
    assert(text.endsWith("\n"));
    const families = new Map(
      (parsePrometheus(text) as Family[]).map((
        family,
      ) => [family.name, family]),
    );
    const requests = families.get("tandem_requests_total")!;
    assertEquals(requests.type, "COUNTER");
    const counts = requests.metrics.map(({ labels, value }) =>
      `${labels!.method} ${labels!.route} ${labels!.status}: ${value}`
    );
    assertEquals(counts.sort(), [
      "GET /versions/:version 200: 1",
      "GET /versions/:version 404: 1",
      "GET none 404: 1",
      "POST /finetune 200: 5",
      "POST /predict 200: 3",
      "POST /predict 415: 1",
      "other /predict 405: 1",
    ]);
    const outcomes = families.get("tandem_finetunes_total")!.metrics;
    assertEquals(
      outcomes.map(({ labels, value }) => [labels!.outcome, value]),
      [
        ["accepted", "2"],
        ["dry_run", "1"],
        ["repeated", "2"],
      ],
    );
    const durations = families.get("tandem_request_duration_seconds")!;
    assertEquals(durations.type, "HISTOGRAM");
    // The parser mixes up histograms that have labels: these lines are read here.
    const values = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}{route="/predict".*} (.+)$`, "gm"))]
        .map(([, value]) => Number(value));
    const duration = "tandem_request_duration_seconds";
    assertEquals(values(`${duration}_count`), [5]);
    const buckets = values(`${duration}_bucket`);
    assertEquals(buckets, buckets.toSorted((a, b) => a - b));
    assertEquals(buckets.at(-1), 5);
    const gauge = (name: string) => families.get(name)!.metrics[0]!.value;
    assertEquals([
      gauge("tandem_model_version"),
      gauge("tandem_requests_active"),
    ], ["2", "1"]);
    assertGreater(Number(gauge("process_resident_memory_bytes")), 1e6);
  });
});

/** A trace that writes down when each part begins and ends. */
function writtenTrace(): { trace: Trace; spans: string[] } {
  const spans: string[] = [];
  const trace: Trace = {
    async within(name, work) {
      spans.push(`> ${name}`);
      try {
        return await work();
      } finally {
        spans.push(`< ${name}`);
      }
    },
    note: ({ name, duration }) => {
      assert(duration >= 0);
      spans.push(name);
    },
  };
  return { trace, spans };
}

Deno.test("the parts of the work are traced, inside of each other", async () => {
  const { trace, spans } = writtenTrace();
  await withApp({ trace }, async (app) => {
    await postJson(app, "/finetune", { ...teach, steps: 2 });
    const images = ["> images", "decode", "describe", "< images"];
    assertEquals(spans.splice(0), [
      "> finetune",
      ...images,
      "step",
      "step",
      "commit",
      "< finetune",
    ]);
    await postImage(app, "/predict", IMAGES.png);
    assertEquals(spans.splice(0), [
      ...images,
      "> predict",
      "forward",
      "< predict",
    ]);
    await postImage(app, "/predict", IMAGES.png.slice(0, 60));
    assertEquals(spans.splice(0), ["> images", "< images"]);
    const admin = { Authorization: "Bearer admin" };
    await postJson(app, "/rollback", { version: 0 }, admin);
    assertEquals(spans, ["> rollback", "commit", "< rollback"]);
  });
});

Deno.test("a correction's gate, steps, finish and guard are traced", async () => {
  const { trace, spans } = writtenTrace();
  const weights = await fixtureWeights();
  await withApp({ trace, serviceOptions: { weights } }, async (app) => {
    const examples = [{ image: DATA_URL, thing: "pen" }];
    const answer = await postJson(app, "/finetune", { examples, dryRun: true });
    assertEquals(answer.status, 200);
    const known = ["gate", "steps", "finish", "guard"];
    assertEquals(spans.filter((name) => known.includes(name)), known);
  });
});

Deno.test("what /metrics counts is told to a meter, too", async () => {
  const sums = new Map<string, number>();
  let readings: readonly Reading[] = [];
  const meter: Meter = {
    record({ name, kind }, value, labels) {
      const key = [name, ...Object.values(labels)].join(" ");
      sums.set(key, (sums.get(key) ?? 0) + (kind === "counter" ? value : 1));
    },
    watch: (all) => void (readings = all),
  };
  await withApp({ meter }, async (app) => {
    for (let i = 0; i < 3; i++) await postImage(app, "/predict", IMAGES.png);
    await postJson(app, "/finetune", teach);
    const text = await (await app.request("/metrics")).text();
    const told = [...text.matchAll(/^(\w+?)(?:_count)?{(.*)} (.+)$/gm)]
      .filter(([line]) => !/_bucket|_sum/.test(line))
      .map(([, name, labels, value]): [string, number] => {
        const values = labels!.matchAll(/"(.*?)"/g);
        const key = [name, ...Array.from(values, ([, value]) => value)];
        return [key.join(" "), Number(value)];
      });
    assertEquals(
      new Map(told).get("tandem_requests_total POST /predict 200"),
      3,
    );
    // The request for the metrics is counted when they are written.
    for (const key of sums.keys()) {
      if (key.includes("/metrics")) sums.delete(key);
    }
    assertEquals(sums, new Map(told));
    const read = await Promise.all(readings.map(({ read }) => read()));
    for (const [i, { name }] of readings.entries()) {
      assertMatch(text, new RegExp(`^${name} \\d`, "m"));
      assert(Number.isFinite(read[i]));
    }
  });
});

Deno.test("it is ready when the store answers, and alive either way", async () => {
  await withApp({}, async (app, service) => {
    const ready = await app.request("/readyz");
    assertEquals([ready.status, await ready.json()], [200, {
      status: "ready",
    }]);
    const { StoreError } = await import("../../src/errors.ts");
    Object.defineProperty(service, "otherModels", {
      value: () => Promise.reject(new StoreError("The store does not answer")),
    });
    const broken = await app.request("/readyz");
    assertEquals([broken.status, broken.headers.get("Retry-After")], [
      503,
      "1",
    ]);
    assertEquals((await app.request("/healthz")).status, 200);
  });
});
