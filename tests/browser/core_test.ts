// The core that a page runs, where Deno runs it: the same answers as the service's.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Core } from "../../src/browser/core.ts";
import { CheckpointError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/decode.ts";
import type { ModelRequest } from "../../src/service/model_file.ts";
import type { Service } from "../../src/service/service.ts";
import { joined } from "../checkpoint/bytes.ts";
import { encodePng, WHEEL } from "../image/fixtures.ts";
import {
  fixtureWeights,
  FOUR_HEADS,
  lesson,
  onlyLabel,
  openFixture,
} from "../service/fixture.ts";

const IMAGE = new Uint8Array(encodePng(WHEEL));
const { pixels: PIXELS } = await decodeImage(IMAGE);
const ALL = 1000;

async function withService(
  body: (service: Service) => Promise<void>,
): Promise<void> {
  const weights = await fixtureWeights({ heads: FOUR_HEADS, guard: false });
  const { service } = await openFixture({ weights });
  try {
    await body(service);
  } finally {
    await service.close();
  }
}

/** A version's file and entity tag. */
async function fileOf(
  service: Service,
  asked: ModelRequest = {},
): Promise<[Uint8Array<ArrayBuffer>, string]> {
  const file = await (await service.files()).read(asked);
  if ("missing" in file) throw new RangeError(file.missing);
  return [joined(file.chunks), `"sha256-${file.manifest.sha256}"`];
}

async function said(service: Service) {
  const descriptor = await service.describe(IMAGE);
  return (await service.predict([descriptor], { topK: ALL }))!.predictions[0];
}

const teach = (service: Service, seed: number) =>
  service.finetune(
    lesson(seed, { labels: onlyLabel(FOUR_HEADS, "thing", 1) }),
  );

Deno.test("a version that was loaded answers as the service, and a later one by what changed", async () => {
  await withService(async (service) => {
    const core = new Core();
    await core.load(...await fileOf(service));
    const before = await said(service);
    assertEquals(core.predict(PIXELS, ALL), before);
    for (const since of [0, 1]) {
      await teach(service, since);
      await core.load(...await fileOf(service, { since }));
      assertEquals(core.predict(PIXELS, ALL), await said(service));
    }
    await core.load(...await fileOf(service, { version: 0, since: 2 }));
    assertEquals(core.predict(PIXELS, ALL), before);
  });
});

Deno.test("what changed since another version is refused, and the one that is held stays", async () => {
  await withService(async (service) => {
    const core = new Core();
    await teach(service, 1);
    const [changed, etag] = await fileOf(service, { since: 0 });
    await assertRejects(
      () => core.load(changed, etag),
      RangeError,
      "expected those since nothing, got those since",
    );
    await core.load(...await fileOf(service));
    const held = core.predict(PIXELS, ALL);
    await assertRejects(() => core.load(changed, etag), RangeError);
    assertEquals(core.predict(PIXELS, ALL), held);
  });
});

Deno.test("a damaged file is refused, and the one that is held stays", async () => {
  await withService(async (service) => {
    const core = new Core();
    const [bytes, etag] = await fileOf(service);
    await core.load(bytes, etag);
    const held = core.predict(PIXELS, ALL);
    await assertRejects(
      () => core.load(bytes.slice(0, -1), etag),
      CheckpointError,
    );
    assertEquals(core.predict(PIXELS, ALL), held);
  });
});

Deno.test("without a model nothing is predicted", () => {
  assertThrows(
    () => new Core().predict(PIXELS, 1),
    RangeError,
    "Cannot predict: expected a model, got none",
  );
});
