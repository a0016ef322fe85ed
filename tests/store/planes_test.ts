import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { deflateRawSync } from "node:zlib";
import { Random } from "../../src/nn/prng.ts";
import { pack, unpack } from "../../src/store/planes.ts";

const bytesOf = (values: Float32Array<ArrayBuffer>) =>
  new Uint8Array(values.buffer);

/** Bell-shaped values, as weights are. */
function bell(length: number): Float32Array<ArrayBuffer> {
  const random = Random.fromSeed(length, "bell");
  return new Float32Array(length).map(() =>
    random.uniform() + random.uniform() + random.uniform() - 1.5
  );
}

Deno.test("floats come back as they were, whatever their bits, in no more bytes", async () => {
  const word = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.integer({ min: 0x3f000000, max: 0x3f0000ff }),
    fc.constant(0),
  );
  const floats = fc.oneof(
    fc.array(word, { maxLength: 300 }),
    fc.tuple(word, fc.nat(3000)).map(([word, length]) =>
      new Array<number>(length).fill(word)
    ),
  );
  await fc.assert(fc.asyncProperty(floats, async (words) => {
    const bytes = new Uint8Array(Uint32Array.from(words).buffer);
    const packed = await pack(bytes);
    assert(packed.length <= bytes.length);
    assertEquals(await unpack(packed, bytes.length), bytes);
  }));
});

Deno.test("the format: lengths, exponents, sign and upper mantissa, and nothing for zeros", async () => {
  const packed = await pack(bytesOf(new Float32Array(8).fill(-1.5)));
  const expected = [
    ...[8, 0, 8, 0, 0, 0, 0, 0],
    ...new Array(8).fill(127),
    ...new Array(8).fill(0x80 | 0x40),
  ];
  assertEquals([...packed], expected);
});

Deno.test("weights lose an eighth, and a byte each where their last bits are zero", async () => {
  const values = bell(10_000);
  assertLess((await pack(bytesOf(values))).length, 35_000);
  const short = new Uint32Array(values.buffer).map((word) => word & ~0xff);
  assertLess((await pack(new Uint8Array(short.buffer))).length, 25_000);
});

Deno.test("noise is kept as it is", async () => {
  const noise = crypto.getRandomValues(new Uint8Array(4000));
  assertEquals(await pack(noise), noise);
});

Deno.test("of damaged bytes, nothing is made but floats of the right number", async () => {
  const good = await pack(bytesOf(bell(500)));
  const damaged = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) =>
      good.map((old, i) => i === at ? byte : old)
    ),
    fc.nat(good.length).map((length) => good.slice(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 2000 }).map((more) =>
      Uint8Array.of(...good, ...more)
    ),
  );
  await fc.assert(fc.asyncProperty(damaged, async (packed) => {
    const bytes = await unpack(new Uint8Array(packed), 2000);
    assertEquals(bytes?.length ?? 2000, 2000);
  }));
  assertEquals(await unpack(good.slice(0, -1), 2000), undefined);
});

Deno.test("a plane that inflates to more than it may is refused", async () => {
  const bomb = new Uint8Array(deflateRawSync(new Uint8Array(10_000_000)));
  const packed = new Uint8Array(8 + bomb.length);
  new DataView(packed.buffer).setUint16(0, bomb.length, true);
  packed.set(bomb, 8);
  assertEquals(await unpack(packed, 4 * 15_000), undefined);
  assertEquals(await unpack(packed, 4 * 5000), undefined);
});
