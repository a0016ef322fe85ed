// What a service does while its store fails, is silent, or is not there.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { StoreError } from "../../src/errors.ts";
import type { Engine } from "../../src/store/engine.ts";
import { absentEngine } from "../../src/store/absent.ts";
import { guardedEngine } from "../../src/store/guarded.ts";
import { openEngine } from "../../src/store/open.ts";
import { INPUTS, lesson, openFixture } from "./fixture.ts";
import { FakeTime } from "./fake_time.ts";

/** An engine that can be stopped, or frozen so that calls wait until it thaws. */
class Outage {
  #state: "up" | "down" | "frozen" = "up";
  #thawed = Promise.withResolvers<void>();

  constructor(private readonly engine: Engine) {}

  set state(state: "up" | "down" | "frozen") {
    this.#state = state;
    if (state === "frozen") this.#thawed = Promise.withResolvers();
    else this.#thawed.resolve();
  }

  get guarded(): Engine {
    const through = async <T>(call: () => Promise<T>): Promise<T> => {
      if (this.#state === "down") throw new Error("connection refused");
      if (this.#state === "frozen") await this.#thawed.promise;
      return await call();
    };
    const { engine } = this;
    return guardedEngine({
      read: (keys) => through(() => engine.read(keys)),
      list: (prefix, options) => through(() => engine.list(prefix, options)),
      write: (write) => through(() => engine.write(write)),
      close: () => engine.close(),
    }, 500);
  }
}

const LESSON = lesson(1, { steps: 1, learningRate: 1e-4 });

for (const state of ["down", "frozen"] as const) {
  Deno.test(`predictions go on while the store is ${state}, and changes after it`, async () => {
    const outage = new Outage(await openEngine("memory"));
    const said: unknown[] = [];
    const { service } = await openFixture({
      engine: outage.guarded,
      report: (error) => said.push(error),
    });
    using time = new FakeTime();
    const descriptor = new Uint8Array(INPUTS);
    const predict = () => service.predict([descriptor], { topK: 1 });
    const before = await predict();
    outage.state = state;
    for (let i = 0; i < 5; i++) {
      time.advance(1001);
      assertEquals(await predict(), before);
    }
    const learn = () => service.finetune(LESSON);
    await assertRejects(learn, StoreError);
    outage.state = "up";
    assertEquals((await learn()).answer.version.after, 1);
    time.advance(1001);
    assertEquals((await predict())!.model.version, 1);
    assert(said.length <= 2, String(said));
    await service.close();
  });
}

Deno.test("the head is read beside predictions before it is due, and they do not wait for it", async () => {
  const engine = await openEngine("memory");
  let silent = Promise.resolve();
  let reads = 0;
  const { service } = await openFixture({
    engine: {
      read: async (keys) => {
        reads++;
        await silent;
        return await engine.read(keys);
      },
      list: (prefix, options) => engine.list(prefix, options),
      write: (write) => engine.write(write),
      close: () => engine.close(),
    },
  });
  using time = new FakeTime();
  const predict = () => service.predict([new Uint8Array(INPUTS)], { topK: 1 });
  await predict();
  const before = reads;
  time.advance(400);
  await predict();
  assertEquals(reads, before);
  const { promise, resolve } = Promise.withResolvers<void>();
  silent = promise;
  time.advance(200);
  await predict();
  assertEquals(reads, before + 1);
  resolve();
  await service.close();
});

Deno.test("without a database the weights file is served, and learning says what is missing", async () => {
  const { service } = await openFixture({
    engine: absentEngine(new Error("none")),
  });
  const descriptor = new Uint8Array(INPUTS);
  const answer = await service.predict([descriptor], { topK: 1 });
  assertEquals(answer!.model.version, 0);
  const error = await assertRejects(
    () => service.finetune(LESSON),
    StoreError,
  );
  assertMatch(error.message, /attach a KV database/);
  await service.close();
});
