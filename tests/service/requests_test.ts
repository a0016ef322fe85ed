import { assertEquals } from "@std/assert";
import {
  type FinetuneRequest,
  requestHash,
} from "../../src/service/requests.ts";
import { lesson, randomDescriptor } from "./fixture.ts";

const REQUEST = lesson(1);

Deno.test("requests that ask for something else have other hashes", async () => {
  const changes: Partial<FinetuneRequest>[] = [
    {},
    { images: [randomDescriptor(2)] },
    { images: [...REQUEST.images, ...REQUEST.images] },
    { labels: [[0], [2]] },
    { mode: "correct" },
    { steps: 4 },
    { learningRate: 1e-3 },
    { margin: 1 },
    { trusted: true },
    { dryRun: true },
  ];
  const hashes = new Set<string>();
  for (const change of changes) {
    hashes.add(await requestHash({ ...REQUEST, ...change }));
  }
  assertEquals(hashes.size, changes.length);
});

Deno.test("who sends a request, on what condition and who listens are no part of its hash", async () => {
  const hash = await requestHash(REQUEST);
  const same = { by: "ann", ifMatch: ["0"], note: () => {} };
  assertEquals(await requestHash({ ...REQUEST, ...same }), hash);
});
