// Requests generated from /openapi.json, right ones and bent ones: whatever comes,
// the answer is documented, no fault of ours, and without a key nothing changes.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Hono } from "hono";
import {
  type DocumentedOperation,
  documentOf,
  type JsonSchema,
  judgeOf,
} from "./contract.ts";
import { DATA_URL, IMAGES, withApp } from "./fixture.ts";

/** Requests; `TEST_GENERATED=20000` for a thorough run. */
const REQUESTS = Number(Deno.env.get("TEST_GENERATED") ?? 500);

/** A request of the document. */
interface Generated {
  readonly method: string;
  readonly path: string;
  readonly place: string;
  readonly headers: Record<string, string>;
  readonly body: BodyInit | null;
}

/** A body and its Content-Type, if it has to be given. */
interface Sent {
  readonly type: string;
  readonly body: BodyInit | null;
}

/** Texts that parsers stumble over. */
const odd = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "null",
    "__proto__",
    "constructor",
    "../..",
    "\u0000",
    "💥",
    "1e999",
    "-1",
    "NaN",
    "x".repeat(3000),
  ),
  fc.string(),
);

/** Values that a schema allows. */
function valueOf(
  schema: JsonSchema & { anyOf?: JsonSchema[]; pattern?: string },
): fc.Arbitrary<unknown> {
  const { type, items, properties = {} } = schema;
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valueOf));
  switch (Array.isArray(type) ? type[0] : type) {
    case "integer":
      return fc.integer({
        min: schema.minimum ?? 0,
        max: Math.min(schema.maximum ?? 30, 30),
      });
    case "number":
      return fc.double({
        min: schema.minimum ?? schema.exclusiveMinimum ?? 0,
        max: schema.maximum ?? 100,
        noNaN: true,
      });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(items === undefined ? fc.jsonValue() : valueOf(items), {
        minLength: 0,
        maxLength: 3,
      });
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(properties).map((
            [name, each],
          ) => [name, valueOf(each)]),
        ),
        { requiredKeys: [] },
      );
    case "string":
      return schema.pattern?.startsWith("^data:")
        ? fc.constantFrom(
          DATA_URL,
          `data:;base64,${IMAGES.png.toBase64()}`,
          "data:;base64,",
          "data:image/png;base64,AAAA",
        )
        : odd;
    default:
      return fc.jsonValue();
  }
}

/** The same, but for one thing that is something else. */
function bent(value: unknown, other: unknown, at: number): unknown {
  if (typeof value !== "object" || value === null || at % 3 === 0) return other;
  if (Array.isArray(value)) {
    return value.map((item, i) =>
      i === at % value.length ? bent(item, other, at >> 2) : item
    );
  }
  const names = Object.keys(value);
  if (names.length === 0 || at % 5 === 0) {
    // An object with a member toString would not become a text otherwise.
    const name = typeof other === "string" ? other : JSON.stringify(other);
    return { ...value, [name.slice(0, 30)]: other };
  }
  const name = names[at % names.length]!;
  return {
    ...value,
    [name]: bent((value as Record<string, unknown>)[name], other, at >> 2),
  };
}

function bodyOf(
  operation: DocumentedOperation,
): fc.Arbitrary<Sent> {
  const contents = Object.entries(operation.requestBody?.content ?? {});
  if (contents.length === 0) return fc.constant({ type: "", body: null });
  return fc.constantFrom(...contents).chain(
    ([type, { schema }]): fc.Arbitrary<Sent> => {
      if (type === "application/json") {
        return fc.record({
          value: valueOf(schema),
          other: fc.jsonValue(),
          at: fc.nat(),
          bend: fc.boolean(),
        })
          .map(({ value, other, at, bend }) => ({
            type,
            body: JSON.stringify(bend ? bent(value, other, at) : value),
          }));
      }
      if (type === "multipart/form-data") {
        const names = [...Object.keys(schema.properties ?? {}), "other"];
        const part = fc.tuple(
          fc.constantFrom(...names),
          fc.oneof(
            odd,
            fc.constantFrom(IMAGES.png, IMAGES.gif, new Uint8Array(3)),
          ),
        );
        return fc.array(part, { maxLength: 6 }).map((parts) => {
          const form = new FormData();
          for (const [name, value] of parts) {
            if (typeof value === "string") form.append(name, value);
            else form.append(name, new Blob([value]), "file");
          }
          return { type: "", body: form };
        });
      }
      return fc.oneof(
        fc.constantFrom(...Object.values(IMAGES), new Uint8Array(0)),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
      ).map((body) => ({ type, body }));
    },
  );
}

function requestOf(
  method: string,
  place: string,
  operation: DocumentedOperation,
): fc.Arbitrary<Generated> {
  const inPath = operation.parameters.filter((each) => each.in === "path");
  const inQuery = operation.parameters.filter((each) => each.in === "query");
  const text = (schema: JsonSchema) =>
    fc.oneof({ weight: 3, arbitrary: valueOf(schema).map(String) }, {
      weight: 1,
      arbitrary: odd,
    });
  return fc.record({
    path: fc.record(
      Object.fromEntries(
        inPath.map(({ name, schema }) => [name, text(schema)]),
      ),
    ),
    query: fc.record(
      Object.fromEntries([
        ...inQuery.map(({ name, schema }) => [name, text(schema)] as const),
        ["other", odd] as const,
      ]),
      { requiredKeys: [] },
    ),
    sent: bodyOf(operation),
    key: fc.constantFrom(
      "",
      "Bearer",
      "Bearer wrong",
      "Bearer look",
      "Basic look",
    ),
    match: fc.option(fc.constantFrom("*", '"x"', "x", ""), { nil: undefined }),
    more: fc.boolean(),
  }).map(({ path, query, sent, key, match, more }) => {
    const concrete = place.replace(
      /{(\w+)}/g,
      (_, name) =>
        encodeURIComponent((path as Record<string, string>)[name]!) || "%20",
    );
    const search = more
      ? `?${new URLSearchParams(query as Record<string, string>)}`
      : "";
    const headers: Record<string, string> = {};
    if (key !== "") headers.Authorization = key;
    if (sent.type !== "") headers["Content-Type"] = sent.type;
    if (match !== undefined) headers["If-Match"] = match;
    return {
      method: method.toUpperCase(),
      path: concrete + search,
      place,
      headers,
      body: sent.body,
    };
  });
}

/** Any request of the document. */
async function requestsOf(app: Hono): Promise<fc.Arbitrary<Generated>> {
  const { paths } = await documentOf(app);
  return fc.oneof(
    ...Object.entries(paths).flatMap(([place, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        requestOf(method, place, operation)
      )
    ),
  );
}

/** The statuses that came, and how often. */
async function hammer(
  app: Hono,
  requests: number,
  key?: string,
): Promise<Map<number, number>> {
  const judge = await judgeOf(app);
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(
      await requestsOf(app),
      async ({ method, path, place, headers, body }) => {
        const response = await app.request(path, {
          method,
          body,
          headers: key === undefined
            ? headers
            : { ...headers, Authorization: `Bearer ${key}` },
        });
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
        assert(response.status < 500, `${method} ${path}: ${response.status}`);
        // A path that was bent so far that another route took it is judged elsewhere.
        const other = response.status === 404 || response.status === 405;
        if (
          !other &&
          new URL(path, "http://a").pathname.split("/").length ===
            place.split("/").length
        ) {
          await judge(method.toLowerCase(), place, response);
        } else await response.body?.cancel();
      },
    ),
    { numRuns: requests, endOnFailure: true },
  );
  return seen;
}

Deno.test("without a key that may, no request changes anything, and all are answered as documented", async () => {
  const keys = { predict: "look", finetune: "train", admin: "admin" };
  await withApp({ keys }, async (app) => {
    const state = async () => {
      const response = await app.request("/versions", {
        headers: { Authorization: "Bearer look" },
      });
      return await response.json();
    };
    const before = await state();
    const seen = await hammer(app, REQUESTS);
    assertEquals(await state(), before);
    for (const status of [200, 400, 401, 403]) {
      assert(seen.has(status), `no ${status} came`);
    }
  });
});

Deno.test("with every key, requests are answered as documented, and none is a fault of ours", async () => {
  await withApp({}, async (app) => {
    const seen = await hammer(app, Math.ceil(REQUESTS / 5), "admin");
    for (const status of [200, 400]) {
      assert(seen.has(status), `no ${status} came`);
    }
  });
});
