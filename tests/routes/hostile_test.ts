// Requests that cost little to send: each is answered before it costs much.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Hono } from "hono";
import fc from "fast-check";
import { shown } from "../../routes/body.ts";
import { shapeFault } from "../../routes/json.ts";
import {
  DATA_URL,
  IMAGES,
  postForm,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

async function detailOf(
  response: Response | Promise<Response>,
  status: number,
): Promise<string> {
  const answer = await response;
  const { detail } = await answer.json();
  assertEquals(answer.status, status, detail);
  assert(detail.length < 300, detail);
  return detail;
}

/** Sends a body without a length, piece by piece. */
function stream(
  app: Hono,
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  env: unknown = {},
): Promise<Response> {
  const request = new Request("http://localhost/predict", {
    method: "POST",
    body: ReadableStream.from(pieces),
  });
  return Promise.resolve(app.request(request, undefined, env as object));
}

Deno.test("JSON that is deep or long is refused by its shape, and not shown", async () => {
  const limits = { bodyBytes: 20_000_000 };
  await withApp({ limits }, async (app) => {
    const deep = "[".repeat(5_242_000) + "]".repeat(5_242_000);
    assertMatch(
      await detailOf(postJson(app, "/predict", deep), 400),
      /16 levels/,
    );
    const long = `{"images":[${"1,".repeat(2_000_000)}1]}`;
    assertMatch(await detailOf(postJson(app, "/predict", long), 400), /values/);
    const wide = { images: [{ a: "x".repeat(1_000_000) }] };
    assertStringIncludes(
      await detailOf(postJson(app, "/predict", wide), 400),
      "an object",
    );
    const text = { images: ["y".repeat(1_000_000)] };
    assertStringIncludes(
      await detailOf(postJson(app, "/predict", text), 400),
      "yyy",
    );
  });
});

Deno.test("the shape of JSON is told without being misled by strings", () => {
  const depth = (value: unknown): number =>
    typeof value === "object" && value !== null
      ? 1 + Math.max(0, ...Object.values(value).map(depth))
      : 0;
  fc.assert(fc.property(fc.json(), fc.nat(6), (text, most) => {
    const fault = shapeFault(new TextEncoder().encode(text), {
      depth: most,
      values: Infinity,
    });
    assertEquals(fault !== undefined, depth(JSON.parse(text)) > most);
  }));
  const tricky = new TextEncoder().encode(String.raw`{"[\"[\\":"]]\\\"["}`);
  assertEquals(shapeFault(tricky, { depth: 1, values: 9 }), undefined);
});

Deno.test("long arrays are refused by their length, before their items are looked at", async () => {
  const limits = { bodyBytes: 20_000_000 };
  const input = { name: "image", datatype: "BYTES", shape: [1], data: ["a"] };
  const many = (value: unknown) => Array(400_000).fill(value);
  const bodies: [object, RegExp][] = [
    [{ inputs: many({}) }, /inputs: expected at most 1, got 400000/],
    [
      { inputs: [{ ...input, shape: many(-1) }] },
      /inputs\[0\].shape: expected at most 4, got 400000/,
    ],
    [
      { inputs: [input], outputs: many({ name: "item" }) },
      /outputs: expected at most 100, got 400000/,
    ],
  ];
  await withApp({ limits }, async (app) => {
    for (const [body, message] of bodies) {
      const sent = postJson(app, "/v2/models/tandem/infer", body);
      assertMatch(await detailOf(sent, 413), message);
    }
    const images = { images: Array(19_000).fill(1) };
    assertMatch(
      await detailOf(postJson(app, "/predict", images), 413),
      /images: expected at most 32, got 19000/,
    );
  });
});

Deno.test("JSON of many texts without values between them is refused by its shape", () => {
  const fault = (text: string) =>
    shapeFault(new TextEncoder().encode(text), { depth: 1, values: 3 });
  assertEquals(fault('{"a":"b","c":"d","e":"f"}'), undefined);
  assertMatch(fault('"'.repeat(100))!, /at most 3 values/);
});

Deno.test("a value is shown in a line, whatever it is", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    assert(shown(value).length < 600);
  }));
  const circle: unknown[] = [];
  circle.push(circle);
  assertEquals(shown(circle), "an array of 1");
  assertEquals(shown(10n), "10");
});

Deno.test("a form of many parts is refused by their number", async () => {
  const part =
    '--x\r\nContent-Disposition: form-data; name="image"\r\n\r\n\r\n';
  const body = part.repeat(152_000) + "--x--\r\n";
  await withApp({ limits: { bodyBytes: 20_000_000 } }, async (app) => {
    assertMatch(
      await detailOf(
        postImage(app, "/predict", body, "multipart/form-data; boundary=x"),
        413,
      ),
      /128 parts/,
    );
  });
});

Deno.test("a form is read whatever its boundary looks like, and refused where it is none", async () => {
  await withApp({}, async (app) => {
    const sent = await postForm(app, "/predict", [["image", IMAGES.png]]);
    assertEquals(sent.status, 200);
    const head = 'Content-Disposition: form-data; name="image"; filename="a"';
    const form = (boundary: string, end: string) =>
      new Blob([
        `--${boundary}\r\n${head}\r\n\r\n`,
        IMAGES.png,
        `\r\n--${boundary}${end}`,
      ]);
    const post = (body: BodyInit, type: string) =>
      postImage(app, "/predict", body, type);
    const quoted = 'multipart/form-data; boundary="a b"';
    assertEquals((await post(form("a b", "--\r\n"), quoted)).status, 200);
    const plain = "multipart/form-data; charset=utf-8; boundary=ab";
    assertEquals((await post(form("ab", "--"), plain)).status, 200);
    await detailOf(post(form("ab", ""), plain), 400);
    await detailOf(post(form("ac", "--"), plain), 400);
  });
});

Deno.test("a compressed body is refused as such", async () => {
  await withApp({}, async (app) => {
    const response = await app.request("/predict", {
      method: "POST",
      body: IMAGES.png,
      headers: { "Content-Encoding": "gzip" },
    });
    assertEquals(response.headers.get("Accept-Encoding"), "identity");
    assertMatch(await detailOf(response, 415), /gzip/);
  });
});

Deno.test("a body that does not come in time is a 408, and others are served meanwhile", async () => {
  await withApp({ limits: { bodySeconds: 1 } }, async (app) => {
    const silence = Promise.withResolvers<void>();
    const slow = stream(
      app,
      (async function* () {
        yield IMAGES.png.slice(0, 100);
        await silence.promise;
      })(),
    );
    assertEquals((await postImage(app, "/predict", IMAGES.png)).status, 200);
    const late = await slow;
    assertEquals(late.headers.get("Connection"), "close");
    await detailOf(late, 408);
    silence.resolve();
  });
});

Deno.test("what a body promises is not counted, what has come is", async () => {
  const heldBytes = 2 * IMAGES.png.length;
  await withApp({ limits: { heldBytes, requests: 1000 } }, async (app) => {
    const more = Promise.withResolvers<void>();
    const promised = Array.from({ length: 30 }, () =>
      stream(
        app,
        (async function* () {
          await more.promise;
          yield IMAGES.png;
        })(),
      ));
    const good = await postImage(app, "/predict", IMAGES.png);
    assertEquals(good.status, 200);
    more.resolve();
    const answers = await Promise.all(promised);
    const refused = answers.filter(({ status }) => status !== 200);
    assert(refused.length > 0 && refused.length < answers.length);
    for (const { status } of refused) assert(status === 429 || status === 503);
    assertEquals((await postImage(app, "/predict", IMAGES.png)).status, 200);
  });
});

Deno.test("where too many bodies are waited for, the oldest is given up", async () => {
  await withApp({ limits: { requests: 64 } }, async (app) => {
    const silence = Promise.withResolvers<void>();
    const silent = async function* () {
      await silence.promise;
      yield IMAGES.png;
    };
    const waiting = Array.from({ length: 4 }, () => stream(app, silent()));
    assertEquals((await postImage(app, "/predict", IMAGES.png)).status, 200);
    assertEquals((await waiting[0]!).status, 408);
    silence.resolve();
    assertEquals((await waiting[3]!).status, 200);
    await Promise.all(waiting);
  });
});

Deno.test("one client's requests leave room for another's", async () => {
  await withApp({ limits: { requests: 80 } }, async (app) => {
    const from = (hostname: string) => ({ remoteAddr: { hostname } });
    const more = Promise.withResolvers<void>();
    const waiting = async function* () {
      await more.promise;
      yield IMAGES.png;
    };
    const greedy = Array.from(
      { length: 21 },
      () => stream(app, waiting(), from("192.0.2.1")),
    );
    const refused = await Promise.race(greedy);
    assertEquals([refused.status, refused.headers.get("Retry-After")], [
      429,
      "1",
    ]);
    const others = stream(app, waiting(), from("192.0.2.2"));
    more.resolve();
    assertEquals((await others).status, 200);
    await Promise.all(greedy);
  });
});

Deno.test("the bytes that one client sends leave room for another's", async () => {
  const heldBytes = Math.ceil(4.5 * IMAGES.png.length);
  await withApp({ limits: { heldBytes, requests: 1000 } }, async (app) => {
    const more = Promise.withResolvers<void>();
    const unfinished = async function* () {
      yield IMAGES.png;
      await more.promise;
    };
    const send = (host: number) =>
      stream(app, unfinished(), {
        remoteAddr: { hostname: `192.0.2.${host}` },
      });
    const greedy = [send(1), send(1), send(1)];
    const refused = await Promise.race(greedy);
    assertEquals(refused.status, 429);
    assertMatch((await refused.json()).detail, /half of MAX_HELD_BYTES/);
    const others = [send(2), send(3), send(4)];
    assertEquals((await Promise.race(others)).status, 503);
    more.resolve();
    for (const answers of [greedy, others]) {
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      assertEquals(statuses.filter((status) => status === 200).length, 2);
    }
  });
});

Deno.test("large bodies leave room for small ones", async () => {
  const heldBytes = 100 * IMAGES.png.length;
  const limits = { heldBytes, requests: 1000, bodyBytes: heldBytes };
  await withApp({ limits }, async (app) => {
    const more = Promise.withResolvers<void>();
    const large = (host: number, share: number) => {
      const unfinished = async function* () {
        yield new Uint8Array(share * heldBytes);
        await more.promise;
      };
      const remoteAddr = { hostname: `192.0.2.${host}` };
      return stream(app, unfinished(), { remoteAddr });
    };
    const held = [large(1, .45), large(2, .45)];
    const detail = await detailOf(large(3, .09), 503);
    assertMatch(detail, /15\/16 of MAX_HELD_BYTES/);
    const small = await app.request("/predict", {
      method: "POST",
      body: IMAGES.png,
      headers: { "Content-Length": `${IMAGES.png.length}` },
    });
    assertEquals(small.status, 200);
    more.resolve();
    await Promise.all(held);
  });
});

Deno.test("a body alone is let in, however few bytes may be held", async () => {
  const limits = { heldBytes: IMAGES.png.length - 1 };
  await withApp({ limits }, async (app) => {
    for (let i = 0; i < 2; i++) {
      const response = await postImage(app, "/predict", IMAGES.png);
      assertEquals(response.status, 200);
    }
  });
});

Deno.test("a body that breaks off is a 400, and nothing is logged", async () => {
  const reports: unknown[] = [];
  const report = (error: unknown) => reports.push(error);
  await withApp({ report }, async (app) => {
    const broken = stream(
      app,
      (async function* () {
        yield IMAGES.png.slice(0, 100);
        throw new Error("gone");
      })(),
    );
    await detailOf(broken, 400);
  });
  assertEquals(reports, []);
});

Deno.test("an image's fault stands at its place among good ones", async () => {
  await withApp({}, async (app) => {
    const cut = `data:image/jpeg;base64,${
      IMAGES.jpeg.slice(0, -200).toBase64()
    }`;
    const response = await postJson(app, "/predict", {
      images: [DATA_URL, cut, DATA_URL],
    });
    assertEquals(response.status, 400);
    assertEquals((await response.json()).field, "images[1]");
  });
});
