import { assert, assertEquals } from "@std/assert";
import { Deadlines, jitter, pause, turn } from "../src/waiting.ts";

Deno.test("a pause ends no sooner than asked", async () => {
  const start = performance.now();
  await pause(10);
  assert(performance.now() - start >= 9);
  await jitter(2);
});

Deno.test("in a turn, what waited for the event loop is done", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => resolve();
  let done = false;
  promise.then(() => done = true);
  port2.postMessage(0);
  await Promise.resolve();
  assertEquals(done, false);
  await turn();
  await turn();
  assertEquals(done, true);
  port1.close();
});

Deno.test("between pieces of work, requests that have arrived are read", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("answered"),
  );
  let answer = "";
  const asked = fetch(`http://127.0.0.1:${server.addr.port}`)
    .then((response) => response.text())
    .then((text) => answer = text);
  let turns = 0;
  for (; answer === ""; turns++) {
    const start = performance.now();
    while (performance.now() - start < 3);
    await turn();
  }
  await asked;
  // Without pauses each packet would wait for 61 turns.
  assert(turns < 40, `${turns} turns`);
});

Deno.test("of deadlines, those that are not ended are called, each once, in their order", async () => {
  const deadlines = new Deadlines(5);
  const late: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const ends = [0, 1, 2].map((i) => deadlines.start(() => late.push(i)));
  ends[1]!();
  deadlines.start(resolve);
  await promise;
  assertEquals(late, [0, 2]);
  ends.forEach((end) => end());
});

Deno.test("a deadline that starts when others were ended has all of its time", async () => {
  const deadlines = new Deadlines(40);
  deadlines.start(() => {})();
  await pause(25);
  const start = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  deadlines.start(resolve);
  await promise;
  assert(performance.now() - start >= 39);
});

Deno.test("no deadline is called where all were ended", async () => {
  const deadlines = new Deadlines(1);
  let late = 0;
  for (let i = 0; i < 100; i++) deadlines.start(() => late++)();
  await pause(10);
  assertEquals(late, 0);
});
