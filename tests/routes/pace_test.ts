import { assert, assertEquals, assertRejects } from "@std/assert";
import { Pace } from "../../routes/pace.ts";
import type { Clock } from "../../src/waiting.ts";

/** A clock that stands still but for pauses, and for the work that says so. */
class Time implements Clock {
  worked = 0;
  paused = 0;

  now(): number {
    return this.worked + this.paused;
  }

  pause(milliseconds: number): Promise<void> {
    this.paused += milliseconds;
    return Promise.resolve();
  }
}

const MEGABYTE = 1_000_000;
const CHUNK = 64 * 1024;

/** Receives so many bytes in chunks. */
async function receive(pace: Pace, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= CHUNK) await pace.receive(CHUNK);
}

Deno.test("one large body after a rest is not slowed", async () => {
  const time = new Time();
  const pace = new Pace(time);
  await receive(pace, 10 * MEGABYTE);
  assertEquals(time.paused, 0);
  time.paused = 1000;
  await receive(pace, 10 * MEGABYTE);
  assertEquals(time.paused, 1000);
});

Deno.test("of bodies that go on coming, a hundred megabytes or less a second are received", async () => {
  const time = new Time();
  const pace = new Pace(time);
  await Promise.all(
    Array.from({ length: 8 }, () => receive(pace, 100 * MEGABYTE)),
  );
  assert(time.paused > 8000, String(time.paused));
});

Deno.test("work that goes on takes an eighth of the time", async () => {
  const time = new Time();
  const pace = new Pace(time);
  for (let i = 0; i < 1000; i++) await pace.run(() => void (time.worked += 10));
  const share = time.worked / time.now();
  assert(Math.abs(share - 1 / 8) < 0.001, String(share));
});

Deno.test("pieces of work come one after the other, whatever becomes of them", async () => {
  const pace = new Pace(new Time());
  const done: number[] = [];
  const failing = pace.run(() => {
    done.push(1);
    throw new TypeError("no");
  });
  const others = [2, 3].map((name) => pace.run(() => done.push(name)));
  await assertRejects(() => failing, TypeError, "no");
  assertEquals(await Promise.all(others), [2, 3]);
  assertEquals(done, [1, 2, 3]);
});
