import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BusyError } from "../../src/errors.ts";
import { Queue } from "../../src/service/queue.ts";

Deno.test("work is done one piece at a time, in order, also after one that fails", async () => {
  const queue = new Queue(3);
  const done: string[] = [];
  const piece = (name: string) => async () => {
    done.push(`${name} begins`);
    await Promise.resolve();
    done.push(`${name} ends`);
  };
  const failing = queue.run(() => Promise.reject(new RangeError("no")));
  const others = [queue.run(piece("a")), queue.run(piece("b"))];
  await assertRejects(() => failing, RangeError);
  await Promise.all(others);
  assertEquals(done, ["a begins", "a ends", "b begins", "b ends"]);
});

Deno.test("as many pieces wait or run as the limit says, and no more", async () => {
  const queue = new Queue(2);
  const end = Promise.withResolvers<void>();
  queue.run(() => end.promise);
  queue.run(() => Promise.resolve());
  assertThrows(() => queue.run(() => Promise.resolve()), BusyError, "got 2");
  end.resolve();
  await queue.idle();
  assertEquals(await queue.run(() => Promise.resolve("done")), "done");
});
