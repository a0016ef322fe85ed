// GET /model, followed by a client through whatever is done to the model.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Hono } from "hono";
import { Core } from "../../src/browser/core.ts";
import { decodeImage } from "../../src/image/decode.ts";
import type { Service } from "../../src/service/service.ts";
import { fixtureWeights, FOUR_HEADS } from "../service/fixture.ts";
import {
  ADMIN_KEY,
  DATA_URL,
  IMAGES,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const weights = await fixtureWeights({ heads: FOUR_HEADS, guard: false });
const { pixels } = await decodeImage(IMAGES.png);
const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
const ALL = 99;

/** What may be done to the model; `n` picks a label or a version. */
const change = fc.record({
  kind: fc.constantFrom(
    "steps",
    "correct",
    "add",
    "rename",
    "retire",
    "rollback",
    "import",
  ),
  n: fc.nat(20),
});

/** A model, and a client that holds one of its versions. */
class Follower {
  readonly #core = new Core();
  readonly #states: Uint8Array<ArrayBuffer>[] = [];
  newest = 0;

  constructor(
    private readonly app: Hono,
    private readonly service: Service,
  ) {}

  /** Takes a version, by what changed since the one that is held. */
  async take(query: Record<string, number>): Promise<void> {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    );
    const response = await this.app.request(`/model?${search}`);
    assertEquals(response.status, 200);
    await this.#core.load(
      await response.bytes(),
      response.headers.get("ETag")!,
    );
  }

  /** Checks that the client says what the server does. */
  async compare(version: number): Promise<void> {
    const path = `/predict?topK=${ALL}&version=${version}`;
    const response = await postImage(this.app, path, IMAGES.png);
    const { predictions: [{ id: _, ...theirs }] } = await response.json();
    const { known, answers } = this.#core.predict(pixels, ALL);
    assertEquals({ known, ...answers }, theirs);
  }

  async change({ kind, n }: { kind: string; n: number }): Promise<void> {
    const state = await this.app.request("/export", { headers });
    this.#states.push(await state.bytes());
    const response = await this.#changed(kind, n);
    const { version, detail } = await response.json();
    // A label may be there already, be the last one, or be retired.
    assert([200, 404, 422].includes(response.status), detail);
    this.newest = Math.max(this.newest, version?.after ?? 0);
  }

  async #changed(kind: string, n: number): Promise<Response> {
    const head = this.service.heads.find(({ name }) => name === "thing")!;
    assert(head.kind === "classes");
    const thing = head.labels[n % head.labels.length]!;
    const path = `/labels/thing/${encodeURIComponent(thing)}`;
    const label = `label ${n}`;
    switch (kind) {
      case "add": {
        const body = { head: "thing", label, images: [DATA_URL] };
        return await postJson(this.app, "/labels", body, headers);
      }
      case "rename":
        return await this.app.request(path, {
          method: "PATCH",
          headers: { ...headers, "Content-Type": "application/json" },
          body: JSON.stringify({ label }),
        });
      case "retire":
        return await this.app.request(path, {
          method: "DELETE",
          headers,
        });
      case "rollback": {
        const body = { version: n % (this.newest + 1) };
        return await postJson(this.app, "/rollback", body, headers);
      }
      case "import":
        return await this.app.request("/import", {
          method: "POST",
          headers,
          body: this.#states[n % this.#states.length]!,
        });
      default:
        return await postJson(this.app, "/finetune", {
          examples: [{ image: DATA_URL, thing }],
          mode: kind,
          ...(kind === "steps" && { learningRate: 0.01 }),
        });
    }
  }
}

Deno.test("a client that takes only what changed answers as every version does, whatever was done to the model", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 3, maxLength: 8 }),
      fc.array(fc.nat(20), { minLength: 2, maxLength: 4 }),
      async (changes, jumps) => {
        await withApp({ serviceOptions: { weights } }, async (app, service) => {
          const client = new Follower(app, service);
          await client.take({});
          let held = 0;
          for (const each of changes) {
            await client.change(each);
            await client.take({ since: held });
            held = client.newest;
            await client.compare(held);
          }
          for (const jump of jumps) {
            const version = jump % (client.newest + 1);
            await client.take({ since: held, version });
            held = version;
            await client.compare(held);
          }
        });
      },
    ),
    { numRuns: 20 },
  );
});
