// GET /model: what predicting needs, and of a new version what changed.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Hono } from "hono";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import {
  decodeSafetensors,
  type SafetensorsReader,
} from "../../src/checkpoint/safetensors_reader.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import { readServingModel } from "../../src/checkpoint/state_reader.ts";
import { ServingNetwork } from "../../src/service/network.ts";
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
const options = { serviceOptions: { weights } };
const HEADS = FOUR_HEADS.flatMap(({ name }) => [
  `head.${name}.bias`,
  `head.${name}.weight`,
]);

interface Got {
  readonly file: SafetensorsReader;
  readonly etag: string;
  readonly location: string;
}

async function get(app: Hono, query = ""): Promise<Got> {
  const response = await app.request(`/model${query}`);
  assertEquals(response.status, 200);
  const bytes = await response.bytes();
  assertEquals(response.headers.get("Content-Length"), `${bytes.length}`);
  return {
    file: decodeSafetensors(bytes),
    etag: response.headers.get("ETag")!,
    location: response.headers.get("Content-Location")!,
  };
}

const namesOf = ({ header }: SafetensorsReader) => [...header.tensors.keys()];

async function teach(app: Hono, thing: string): Promise<void> {
  const response = await postJson(app, "/finetune", {
    examples: [{ image: DATA_URL, thing }],
    mode: "steps",
    learningRate: 0.01,
  });
  assert((await response.json()).accepted);
}

const rollback = (app: Hono, version: number) =>
  postJson(app, "/rollback", { version }, {
    Authorization: `Bearer ${ADMIN_KEY}`,
  });

/** Checks that a network made of the file answers as the server does. */
async function assertSameAnswers(
  app: Hono,
  service: Service,
  file: SafetensorsReader,
  image: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const network = await ServingNetwork.create(await readServingModel(file));
  const descriptors = [await service.describe(image)];
  const [prediction] = network.predict(
    { parameters: new Map() },
    descriptors,
    9,
  );
  const { known, answers } = prediction!;
  const response = await postImage(app, "/predict?topK=9", image);
  const { predictions: [{ id: _, ...theirs }] } = await response.json();
  assertEquals({ known, ...answers }, theirs);
}

Deno.test("the file has what predicting needs and nothing else, and answers as the server", async () => {
  await withApp(options, async (app, service) => {
    const { file, location } = await get(app);
    assertEquals(location, "model?version=0");
    assertEquals(
      namesOf(file).sort(),
      [
        ...HEADS,
        "standardization.inverse_deviation",
        "standardization.mean",
        "trunk.0.bias",
        "trunk.0.weight",
        "trunk.0.weight.scale",
      ].sort(),
    );
    assertEquals(file.header.metadata.training, "{}");
    await assertSameAnswers(app, service, file, IMAGES.png);
  });
});

Deno.test("a version costs the tensors that changed", async () => {
  await withApp(options, async (app, service) => {
    const base = await get(app);
    await teach(app, "pen");
    const taught = await get(app);
    assertEquals(taught.location, "model?version=1");
    assertNotEquals(taught.etag, base.etag);
    const changed = await get(app, "?since=0");
    assertEquals(changed.location, "model?version=1&since=0");
    assertEquals(changed.etag, taught.etag);
    assertEquals(changed.file.header.metadata.since, base.etag);
    assertEquals(namesOf(changed.file).sort(), HEADS.toSorted());
    for (const name of HEADS) {
      assertEquals(await changed.file.read(name), await taught.file.read(name));
    }
    await assertSameAnswers(app, service, taught.file, IMAGES.webp);
    assertEquals(namesOf((await get(app, "?since=1")).file), []);
  });
});

Deno.test("going back costs the same tensors, and gives the same bytes as before", async () => {
  await withApp(options, async (app) => {
    const base = await get(app);
    await teach(app, "pen");
    await rollback(app, 0);
    const back = await get(app, "?since=1");
    assertEquals(back.location, "model?version=2&since=1");
    assertEquals(back.etag, base.etag);
    assertEquals(namesOf(back.file).sort(), HEADS.toSorted());
    for (const name of HEADS) {
      assertEquals(await back.file.read(name), await base.file.read(name));
    }
    assertEquals(namesOf((await get(app, "?since=0")).file), []);
    const old = await get(app, "?version=1");
    assertEquals(old.location, "model?version=1");
    assertNotEquals(old.etag, base.etag);
  });
});

Deno.test("heads with other labels come with their labels and calibration", async () => {
  await withApp(options, async (app, service) => {
    const added = { head: "thing", label: "cup", images: [DATA_URL] };
    assertEquals((await postJson(app, "/labels", added)).status, 200);
    const changed = await get(app, "?since=0");
    const heads = JSON.parse(changed.file.header.metadata.heads!);
    const thing = heads.find(({ name }: { name: string }) => name === "thing");
    assert(thing.labels.includes("cup"));
    assert(namesOf(changed.file).includes("head.thing.weight"));
    assert(!namesOf(changed.file).some((name) => name.startsWith("trunk")));
    const { file } = await get(app);
    await assertSameAnswers(app, service, file, IMAGES.gif);
  });
});

Deno.test("a trunk that was imported is given in bytes, as it is served", async () => {
  await withApp(options, async (app, service) => {
    const other = await fixtureWeights({
      heads: FOUR_HEADS,
      guard: false,
      seed: 2,
    });
    const { tensors, metadata } = tensorsOf(await other.state());
    const imported = await app.request("/import", {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_KEY}` },
      body: new Blob(encodeSafetensors(tensors, metadata) as BlobPart[]),
    });
    assertEquals(imported.status, 200, await imported.text());
    const { file } = await get(app, "?since=0");
    assert(namesOf(file).includes("trunk.0.weight.scale"));
    assertEquals(file.header.tensors.get("trunk.0.weight")!.dtype, "I8");
    const whole = await get(app);
    await assertSameAnswers(app, service, whole.file, IMAGES.png);
  });
});

Deno.test("who has the version gets none of it again", async () => {
  await withApp(options, async (app) => {
    const { etag } = await get(app);
    const ask = (query: string) =>
      app.request(`/model${query}`, { headers: { "If-None-Match": etag } });
    for (const query of ["", "?version=0", "?since=0"]) {
      const response = await ask(query);
      assertEquals([response.status, await response.text()], [304, ""]);
      assertEquals(response.headers.get("ETag"), etag);
      assertMatch(
        response.headers.get("Content-Location")!,
        /^model\?version=0/,
      );
    }
    await teach(app, "pen");
    const response = await ask("");
    assertEquals(response.status, 200);
    await response.body?.cancel();
    assertEquals((await ask("?version=0")).status, 304);
  });
});

Deno.test("versions that are not there are named, and nothing else is asked", async () => {
  await withApp(options, async (app) => {
    for (
      const [query, status, field] of [
        ["?version=7", 404, "version"],
        ["?since=7", 404, "since"],
        ["?since=-1", 400, "since"],
        ["?topK=1", 400, "topK"],
      ] as const
    ) {
      const response = await app.request(`/model${query}`);
      const problem = await response.json();
      assertEquals([response.status, problem.field], [status, field], query);
    }
    const detail = (await (await app.request("/model?since=7")).json()).detail;
    assertStringIncludes(detail, "Cannot find version 7");
  });
});
