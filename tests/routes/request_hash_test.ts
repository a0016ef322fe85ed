import { assertEquals } from "@std/assert";
import { type Context, Hono } from "hono";
import { readJson } from "../../routes/body.ts";
import { parseForm } from "../../routes/form.ts";
import { requestHash } from "../../routes/request_hash.ts";
import { REQUEST_LIMITS } from "../../src/service/limits.ts";

type Field = readonly [name: string, value: string | Uint8Array<ArrayBuffer>];

const IMAGE = Uint8Array.of(1, 2, 3);
const FIELDS: readonly Field[] = [
  ["image", IMAGE],
  ["thing", "pen"],
  ["steps", "3"],
];

async function hashOfForm(fields: readonly Field[]): Promise<string> {
  const data = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") data.append(name, value);
    else data.append(name, new Blob([value]));
  }
  const request = new Request("http://host", { method: "POST", body: data });
  const type = request.headers.get("Content-Type")!;
  const form = parseForm(new Uint8Array(await request.arrayBuffer()), type, 99);
  return await requestHash({} as Context, { form });
}

async function hashOfJson(body: string): Promise<string> {
  const app = new Hono().post("/", async (c) => {
    const json = await readJson(c, REQUEST_LIMITS);
    return c.text(await requestHash(c, { json }));
  });
  const headers = { "Content-Type": "application/json" };
  return await (await app.request("/", { method: "POST", body, headers }))
    .text();
}

Deno.test("forms have equal hashes if their fields are equal, whatever the boundary", async () => {
  const hash = await hashOfForm(FIELDS);
  assertEquals(await hashOfForm(FIELDS), hash); // with another boundary
  assertEquals(await hashOfForm(FIELDS.toReversed()), hash);
  const others: (readonly Field[])[] = [
    FIELDS.with(0, ["image", Uint8Array.of(1, 2, 4)]),
    FIELDS.with(0, ["image", "\x01\x02\x03"]),
    FIELDS.with(1, ["thing", "mug"]),
    FIELDS.with(2, ["steps", "4"]),
    FIELDS.with(2, ["margin", "3"]),
    FIELDS.slice(0, 2),
    [...FIELDS, ["image", IMAGE]],
  ];
  const hashes = await Promise.all(others.map(hashOfForm));
  assertEquals(new Set([hash, ...hashes]).size, 1 + others.length);
});

Deno.test("JSON bodies have equal hashes if their bytes are equal", async () => {
  const body = '{"examples":[],"steps":3}';
  assertEquals(await hashOfJson(body), await hashOfJson(body));
  const others = ['{"examples":[],"steps":4}', '{"examples":[], "steps":3}'];
  const hashes = await Promise.all([body, ...others].map(hashOfJson));
  assertEquals(new Set(hashes).size, 3);
});
