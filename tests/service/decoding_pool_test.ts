import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { BusyError, ImageError } from "../../src/errors.ts";
import { PREPROCESSING } from "../../src/image/descriptor.ts";
import {
  DecodingPool,
  type PoolOptions,
} from "../../src/service/decoding_pool.ts";
import { Decoder } from "../../src/service/decoder.ts";
import { Describer } from "../../src/service/describer.ts";
import { costOf } from "../../src/service/image_cost.ts";
import { readImageHeader } from "../../src/image/header.ts";
import { pause } from "../../src/waiting.ts";
import { bytesOf, encodeJpeg, gradient } from "../image/fixtures.ts";

const LIMITS = { bytes: 10_000_000, pixels: 25_000_000 };
const SMALL = await encodeJpeg(gradient(60, 40));
const LARGE = await encodeJpeg(gradient(2000, 1500), { progressive: true });

/** Runs a test on a pool whose workers are ready, unless it is told not to wait. */
async function withPool(
  options: Partial<PoolOptions>,
  body: (
    describe: (image: Uint8Array, patient?: boolean) => Promise<Uint8Array>,
    said: readonly unknown[],
  ) => Promise<void>,
): Promise<void> {
  const describer = await Describer.create(PREPROCESSING, LIMITS);
  const said: unknown[] = [];
  const pool = new DecodingPool(describer, {
    preprocessing: PREPROCESSING,
    limits: LIMITS,
    workers: 2,
    deadline: 60_000,
    memory: 1e9,
    maxWaiting: 100,
    report: (error) => said.push(error),
    ...options,
  });
  try {
    await body(
      async (image, patient = true) =>
        (await pool.describe(image, describer.check(image), { patient }))
          .descriptor,
      said,
    );
  } finally {
    await pool.close();
  }
}

const inPlace = async (image: Uint8Array) =>
  (await (await Describer.create(PREPROCESSING, LIMITS)).describe(image))
    .descriptor;

Deno.test("a pool describes as its describer does, before its workers are there and after", async () => {
  await withPool({}, async (describe) => {
    const [small, large] = [await inPlace(SMALL), await inPlace(LARGE)];
    assertEquals(await describe(SMALL), small);
    assertEquals(await describe(LARGE), large); // in a worker
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, i) => describe(i % 3 ? SMALL : LARGE)),
    );
    many.forEach((descriptor, i) =>
      assertEquals(descriptor, i % 3 ? small : large)
    );
  });
});

Deno.test("an image that cannot be decoded is refused as in place, and the worker goes on", async () => {
  await withPool({}, async (describe) => {
    await describe(LARGE);
    const cut = LARGE.subarray(0, LARGE.length / 2);
    const refused = await assertRejects(() => describe(cut), ImageError);
    assertEquals(refused.reason, "malformed");
    assertMatch(refused.message, /some of its scans are missing/);
    assertEquals((await describe(SMALL)).length, (await inPlace(SMALL)).length);
  });
});

Deno.test("the scans of a long JPEG are counted by a worker, those of a short one before", async () => {
  const describer = await Describer.create(PREPROCESSING, LIMITS);
  const many = bytesOf(LARGE, "\xff\xda".repeat(101));
  const long = bytesOf(many, new Uint8Array(2_000_000));
  const refused = assertThrows(() => describer.check(many), ImageError);
  assertEquals(refused.reason, "too-large");
  assertEquals(describer.check(long).passes, undefined);
  await withPool({}, async (describe) => {
    const later = await assertRejects(() => describe(long), ImageError);
    assertEquals([later.reason, later.message], [
      refused.reason,
      refused.message,
    ]);
  });
});

Deno.test("an image that takes longer than the deadline is refused, and those after it are not", async () => {
  await withPool({ deadline: 1, workers: 1 }, async (describe) => {
    for (let i = 0; i < 2; i++) {
      const refused = await assertRejects(() => describe(LARGE), ImageError);
      assertEquals(refused.reason, "too-costly");
      assertMatch(refused.message, /at most 1 ms/);
    }
  });
});

Deno.test("large images never take the last worker", async () => {
  await withPool({ workers: 2 }, async (describe) => {
    await describe(LARGE); // the workers are there
    const done: string[] = [];
    const large = Array.from(
      { length: 4 },
      () => describe(LARGE).then(() => done.push("large")),
    );
    const small = describe(SMALL).then(() => done.push("small"));
    await Promise.all([...large, small]);
    assert(done.indexOf("small") < 3, done.join());
  });
});

Deno.test("images that would take too much memory together come one after the other", async () => {
  await withPool({ workers: 3, memory: 1 }, async (describe) => {
    const expected = await inPlace(LARGE);
    const all = await Promise.all([1, 2, 3].map(() => describe(LARGE)));
    for (const each of all) assertEquals(each, expected);
  });
});

Deno.test("a large image that took little time is followed by a rest, in which small ones are decoded", async () => {
  const pauses: number[] = [];
  const rest = Promise.withResolvers<void>();
  const pause = (milliseconds: number) => {
    pauses.push(milliseconds);
    return rest.promise;
  };
  await withPool({ clock: { now: () => 0, pause } }, async (describe) => {
    await describe(LARGE);
    // 3 megapixels at 12 bytes, and the file: by two gigabytes a second
    assertEquals(pauses, [Math.ceil((12 * 3e6 + LARGE.length) / 2e6)]);
    const done: string[] = [];
    const large = describe(LARGE).then(() => done.push("large"));
    for (let i = 0; i < 3; i++) {
      await describe(SMALL).then(() => done.push("small"));
    }
    rest.resolve();
    await large;
    assertEquals(done, ["small", "small", "small", "large"]);
  });
});

Deno.test("a worker gives back what a large image left, and decodes the next", async () => {
  const decoder = new Decoder();
  try {
    await decoder.start(PREPROCESSING, LIMITS);
    const small = async () =>
      (await decoder.describe(SMALL, costOf(readImageHeader(SMALL), 0)))
        .descriptor;
    assertEquals(await small(), await inPlace(SMALL));
    assert(!decoder.holding);
    await decoder.describe(LARGE, costOf(readImageHeader(LARGE), 0));
    assert(decoder.holding);
    await decoder.rest();
    assert(!decoder.holding);
    // Deno 2.5 cannot collect a worker's garbage: such a worker is replaced.
    if (decoder.spent) return;
    assertEquals(await small(), await inPlace(SMALL));
  } finally {
    decoder.stop(new Error("the test is over"));
  }
});

Deno.test("however many large images wait, a small one is taken on", async () => {
  await withPool({ workers: 2, maxWaiting: 2 }, async (describe) => {
    await describe(LARGE); // the workers are there
    const large = Promise.allSettled(
      Array.from({ length: 8 }, () => describe(LARGE)),
    );
    await describe(SMALL);
    const refused = (await large).filter(({ status }) => status === "rejected");
    assert(refused.length > 0);
  });
});

Deno.test("too many that wait are refused as busy", async () => {
  await withPool({ workers: 1, maxWaiting: 2 }, async (describe) => {
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => describe(LARGE)),
    );
    const refused = results.filter(({ status }) => status === "rejected");
    assert(refused.length >= 4 && refused.length <= 7);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      assertInstanceOf(reason, BusyError);
    }
  });
});

Deno.test("without workers, images are decoded in turns", async () => {
  await withPool({ workers: 0 }, async (describe) => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const expected = await inPlace(SMALL);
    const all = await Promise.all(
      Array.from({ length: 10 }, () => describe(SMALL)),
    );
    clearInterval(timer);
    for (const each of all) assertEquals(each, expected);
    assert(turns > 0);
  });
});

Deno.test("where no workers can be had that is said once, and images are decoded all the same", async () => {
  const { Worker } = globalThis;
  globalThis.Worker = class {
    constructor() {
      throw new Deno.errors.NotSupported("no workers");
    }
  } as unknown as typeof Worker;
  try {
    await withPool({}, async (describe, said) => {
      assertEquals(await describe(LARGE), await inPlace(LARGE));
      await Promise.all([describe(SMALL), describe(SMALL)]);
      assertEquals(said.length, 1);
      assertMatch(String(said[0]), /no workers/);
    });
  } finally {
    globalThis.Worker = Worker;
  }
});

Deno.test("in an overload that goes on, images are turned away rather than made to wait, but for patient ones", async () => {
  await withPool({ workers: 1, maxWaiting: 10_000 }, async (describe) => {
    await describe(LARGE); // in a worker: it is there now
    const work: Promise<unknown>[] = [];
    let turnedAway = 0;
    let letIn = 0;
    const ask = () =>
      describe(SMALL, false).then(
        () => void (turnedAway > 0 && letIn++),
        (error) => {
          assertInstanceOf(error, BusyError);
          assertMatch(error.message, /more arrive than can be decoded/);
          turnedAway++;
        },
      );
    while (turnedAway === 0 || letIn === 0) {
      for (let i = 0; i < 20; i++) work.push(ask());
      work.push(describe(SMALL));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(work);
  });
});

Deno.test("a burst is served, however long the line is", async () => {
  const clock = { now: () => 0, pause }; // a burst is over before a line has lasted
  const options = { workers: 1, maxWaiting: 10_000, clock };
  await withPool(options, async (describe) => {
    await describe(LARGE);
    const burst = await Promise.all(
      Array.from({ length: 50 }, () => describe(SMALL, false)),
    );
    const expected = await inPlace(SMALL);
    for (const descriptor of burst) assertEquals(descriptor, expected);
  });
});
