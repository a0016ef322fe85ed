import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Budgets } from "../../src/store/budgets.ts";
import { openEngine } from "../../src/store/open.ts";
import { testStores } from "./engines.ts";

const MINUTE = { name: "requests", limit: 20, seconds: 60 };

testStores(
  "instances share a caller's budget: exactly so much passes",
  async (setting) => {
    const engines = await Promise.all([
      openEngine(setting),
      openEngine(setting),
    ]);
    const [one, two] = engines.map((engine) => new Budgets(engine));
    try {
      const taken = await Promise.all(
        Array.from(
          { length: 200 },
          (_, i) => (i % 2 ? one! : two!).take("ann", MINUTE, 1),
        ),
      );
      assertEquals(
        taken.filter(({ granted }) => granted).length,
        MINUTE.limit,
      );
      const other = await one!.take("bob", MINUTE, 1);
      assertEquals([other.granted, other.remaining], [true, MINUTE.limit - 1]);
    } finally {
      for (const engine of engines) await engine.close();
    }
  },
);

Deno.test("a window lasts to the millisecond, and so long what was used of it is kept", async () => {
  const engine = await openEngine("memory");
  const lifetimes: (number | undefined)[] = [];
  let now = 1e12;
  const budgets = new Budgets({
    ...engine,
    write: (write) => {
      lifetimes.push(...write.sets!.map(({ expireIn }) => expireIn));
      return engine.write(write);
    },
  }, () => now);
  try {
    const grants: boolean[] = [];
    for (const wait of [0, 59_999, 1]) {
      now += wait;
      const { granted } = await budgets.take("ann", MINUTE, MINUTE.limit);
      grants.push(granted);
    }
    assertEquals(grants, [true, false, true]);
    assertEquals(lifetimes.length, 2);
    assert(lifetimes.every((each) => each! >= 1000 * MINUTE.seconds));
  } finally {
    await engine.close();
  }
});

Deno.test("what is taken never exceeds the limit in a window, and a new window begins full", async () => {
  const engine = await openEngine("memory");
  try {
    let caller = 0;
    const takes = fc.array(
      fc.record({
        wait: fc.nat(40_000),
        amount: fc.integer({ min: 1, max: 12 }),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(takes, async (takes) => {
        let now = 1e12;
        const budgets = new Budgets(engine, () => now);
        const name = `caller ${caller++}`;
        let until = 0;
        let used = 0;
        for (const { wait, amount } of takes) {
          now += wait;
          if (now >= until) [until, used] = [now + 60_000, 0];
          const { granted, remaining, reset } = await budgets.take(
            name,
            MINUTE,
            amount,
          );
          assertEquals(granted, used + amount <= MINUTE.limit);
          if (granted) used += amount;
          assertEquals(remaining, MINUTE.limit - used);
          assertEquals(reset, Math.max(1, Math.ceil((until - now) / 1000)));
        }
      }),
      { numRuns: 50 },
    );
    const whole = await new Budgets(engine).take(
      "all",
      MINUTE,
      MINUTE.limit + 1,
    );
    assert(!whole.granted);
    assertEquals(whole.remaining, MINUTE.limit);
  } finally {
    await engine.close();
  }
});
