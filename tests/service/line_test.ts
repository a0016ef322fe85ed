import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { BusyError } from "../../src/errors.ts";
import { HELD, Line, type Waiting } from "../../src/service/line.ts";
import { type Clock, turn } from "../../src/waiting.ts";

const SERVERS = 2;
/** Milliseconds that an image takes. */
const PACE = 5;

interface Job extends Waiting {
  readonly name: number;
}

/** A line, its time, which stands still unless it is moved, and who was turned away when. */
class Scene implements Clock {
  readonly turnedAway: { name: number; at: number; error: Error }[] = [];
  readonly line = new Line<Job>(SERVERS, this);
  #time = 0;
  #names = 0;
  #later: { at: number; work: () => void }[] = [];

  constructor() {
    this.line.learnPace(PACE);
  }

  now(): number {
    return this.#time;
  }

  pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#later.push({ at: this.#time + milliseconds, work: resolve });
    return promise;
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    this.#time += milliseconds;
    const due = this.#later.filter(({ at }) => at <= this.#time);
    this.#later = this.#later.filter(({ at }) => at > this.#time);
    for (const { work } of due) work();
  }

  /** Adds a job, named by how many came before it. */
  come(job: Partial<Pick<Job, "patient" | "request">> = {}): number {
    const name = this.#names++;
    const reject = (error: Error) =>
      void this.turnedAway.push({ name, at: this.#time, error });
    const since = this.#time;
    this.line.push({ patient: false, ...job, name, since, reject });
    return name;
  }

  take(): number | undefined {
    return this.line.shift()?.name;
  }

  /**
   * Has `asked` images come for each that is served, for a while; those that would be
   * turned away do not come. Returns how many were served.
   */
  load(asked: number, milliseconds: number): number {
    let served = 0;
    for (let step = 0; step < milliseconds * SERVERS / PACE; step++) {
      for (let i = 0; i < asked; i++) {
        if (!this.line.turnsAway()) this.come();
      }
      if (this.take() !== undefined) served++;
      this.pass(PACE / SERVERS);
    }
    return served;
  }
}

/** A line in an overload. */
function overloaded(): Scene {
  const scene = new Scene();
  scene.load(3, 1000);
  return scene;
}

Deno.test("a few are served in turn", () => {
  const scene = new Scene();
  const names = Array.from({ length: 16 }, () => scene.come());
  assertEquals(names.map(() => scene.take()), names);
});

Deno.test("a burst is served as a whole, the newest first while many wait", async () => {
  const scene = new Scene();
  const names = Array.from({ length: 90 }, () => scene.come());
  const served = names.map(() => {
    scene.pass(PACE / SERVERS); // 225 ms in all
    return scene.take();
  });
  scene.pass(HELD);
  await turn();
  assertEquals(scene.turnedAway, []);
  assertEquals(served, [
    ...names.slice(16).toReversed(),
    ...names.slice(0, 16),
  ]);
});

Deno.test("clients that ask when they are answered, sixteen at once, are never turned away", async () => {
  const scene = new Scene();
  for (let i = 0; i < 16; i++) scene.come();
  for (let step = 0; step < 4000; step++) {
    assert(!scene.line.turnsAway());
    assert(scene.take() !== undefined);
    scene.pass(PACE / SERVERS);
    scene.come();
  }
  scene.pass(HELD);
  await turn();
  assertEquals(scene.turnedAway, []);
});

Deno.test("in an overload the newest is served first, and nobody who waited for longer than an image takes", async () => {
  const scene = overloaded();
  const [first, second, third] = [scene.come(), scene.come(), scene.come()];
  assertEquals(scene.take(), third);
  scene.pass(PACE / 2);
  assertEquals(scene.take(), second);
  scene.pass(PACE);
  assertEquals(scene.take(), undefined);
  assert(!scene.turnedAway.some(({ name }) => name === first));
  scene.pass(HELD);
  await turn();
  const { error } = scene.turnedAway.find(({ name }) => name === first)!;
  assertInstanceOf(error, BusyError);
});

Deno.test("in an overload as much is served as can be", () => {
  const scene = overloaded();
  const milliseconds = 10_000;
  assertEquals(scene.load(2, milliseconds), milliseconds * SERVERS / PACE);
});

Deno.test("who is turned away is held for a while", async () => {
  const scene = overloaded();
  while (scene.take() !== undefined);
  scene.pass(HELD);
  await turn();
  scene.turnedAway.length = 0;
  const name = scene.come();
  scene.pass(3 * PACE);
  scene.take();
  scene.pass(HELD - 1);
  await turn();
  assertEquals(scene.turnedAway, []);
  scene.pass(1);
  await turn();
  assertEquals(scene.turnedAway.map(({ name }) => name), [name]);
});

Deno.test("in an overload one more would wait in vain where as many wait as can be served in time", () => {
  const scene = overloaded();
  while (scene.take() !== undefined);
  for (let i = 0; i < SERVERS; i++) {
    assert(!scene.line.turnsAway());
    scene.come();
  }
  assert(scene.line.turnsAway());
});

Deno.test("an overload is over a second after there was none", () => {
  const scene = overloaded();
  scene.load(1, 2100);
  while (scene.take() !== undefined);
  const names = Array.from({ length: 16 }, () => scene.come());
  assertEquals(names.map(() => scene.take()), names);
});

/** An overload, and 1.3 seconds in which of each 100 milliseconds `twice` had two images for each served. */
function loadedAgain(twice: number): Scene {
  const scene = overloaded();
  for (let i = 0; i < 13; i++) {
    scene.load(1, 100 - twice);
    scene.load(2, twice);
  }
  while (scene.take() !== undefined);
  return scene;
}

Deno.test("an overload goes on where a fifth is turned away", () => {
  const scene = loadedAgain(30); // 23 to 26 %
  for (let i = 0; i < SERVERS; i++) scene.come();
  assert(scene.line.turnsAway());
});

Deno.test("an overload is over where fewer are turned away, for they ask when they are answered", () => {
  const scene = loadedAgain(15); // 13 to 17 %
  const names = Array.from({ length: 16 }, () => scene.come());
  assert(!scene.line.turnsAway());
  assertEquals(names.map(() => scene.take()), names);
});

Deno.test("the images of a request are all served once one of them is", () => {
  const scene = overloaded();
  while (scene.take() !== undefined);
  const request = {};
  const names = Array.from({ length: 8 }, () => scene.come({ request }));
  scene.come();
  const served = [scene.take(), scene.take()]; // of the other request, and of this
  for (let i = 0; i < 7; i++) {
    scene.pass(10 * PACE);
    served.push(scene.take());
  }
  for (const name of names) assert(served.includes(name));
});

Deno.test("the patient wait however long that takes, and come every other time", () => {
  const scene = overloaded();
  while (scene.take() !== undefined);
  const patient = [1, 2, 3].map(() => scene.come({ patient: true }));
  scene.pass(60_000);
  const served: (number | undefined)[] = [];
  for (let i = 0; i < 6; i++) {
    scene.come();
    served.push(scene.take());
  }
  assertEquals(served.filter((name) => patient.includes(name!)), patient);
  assertEquals(
    new Set([0, 2, 4].map((i) => patient.includes(served[i]!))).size,
    1,
  );
});

Deno.test("whoever comes is served once, turned away once, or still there", async () => {
  const step = fc.oneof(
    fc.record({ come: fc.boolean(), request: fc.nat(3) }),
    fc.constant("take" as const),
    fc.integer({ min: 0, max: 300 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 300 }), async (steps) => {
      const requests = [{}, {}, {}, undefined];
      const scene = new Scene();
      let came = 0;
      const left: number[] = [];
      for (const what of steps) {
        if (typeof what === "number") scene.pass(what);
        else if (what === "take") {
          const name = scene.take();
          if (name !== undefined) left.push(name);
        } else {
          scene.come({ patient: what.come, request: requests[what.request] });
          came++;
        }
      }
      left.push(...scene.line.drain().map(({ name }) => name));
      scene.pass(HELD);
      await turn();
      left.push(...scene.turnedAway.map(({ name }) => name));
      assertEquals(
        left.toSorted((a, b) => a - b),
        Array.from({ length: came }, (_, name) => name),
      );
    }),
  );
});
