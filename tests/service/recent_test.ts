import { assertEquals } from "@std/assert";
import { RecentImages } from "../../src/service/recent.ts";

const descriptor = (n: number) => Uint8Array.of(n & 255, n >> 8);

Deno.test("an image is found by its id for an hour after it was last predicted", async () => {
  const { now } = Date;
  try {
    const noon = now();
    const at = (minutes: number) => Date.now = () => noon + minutes * 60_000;
    at(0);
    const recent = new RecentImages();
    const id = await recent.add(descriptor(1));
    at(59.9);
    assertEquals(recent.find(id), descriptor(1));
    at(60);
    assertEquals(recent.find(id), undefined);
    assertEquals(await recent.add(descriptor(1)), id);
    at(119.9);
    assertEquals(recent.find(id), descriptor(1));
  } finally {
    Date.now = now;
  }
});

Deno.test("of many images the two thousand that were predicted last are kept", async () => {
  const recent = new RecentImages();
  const ids: string[] = [];
  for (let n = 0; n < 2000; n++) ids.push(await recent.add(descriptor(n)));
  await recent.add(descriptor(0)); // the second is the oldest now
  await recent.add(descriptor(2000));
  assertEquals(recent.find(ids[0]!), descriptor(0));
  assertEquals(recent.find(ids[1]!), undefined);
  assertEquals(recent.find(ids[2]!), descriptor(2));
});
