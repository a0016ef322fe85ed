// PostgreSQL stopped, frozen, restarted and killed under a server that is at work:
// predictions go on, and no acknowledged step is lost or made twice.

import { assert, assertEquals, assertLess } from "@std/assert";
import { pause } from "../../src/waiting.ts";
import { IMAGES } from "../routes/fixture.ts";
import { checkChain, checkLine, finetune, model, start } from "./chain.ts";
import { Database, hasPostgres } from "./database.ts";
import { type Server, withFolder } from "./server.ts";

/** How often each fault happens; the environment may ask for more. */
const ROUNDS = Number(Deno.env.get("TEST_OUTAGES") ?? 1);
const TEACHERS = 3;
/** No prediction takes as long as the store has for an answer, in milliseconds. */
const PATIENCE = 4000;

/** What is done to the database, until it is there again. */
const FAULTS: Readonly<Record<string, (database: Database) => Promise<void>>> =
  {
    async stopped(database) {
      await database.stop();
      await pause(1500);
      await database.start();
    },
    async frozen(database) {
      await database.signal("STOP");
      await pause(7000); // longer than the store waits for an answer
      await database.signal("CONT");
    },
    async restarted(database) {
      await database.stop("immediate");
      await database.start();
    },
    async killed(database) {
      await database.signal("KILL");
      await database.start();
    },
  };

/** Asks for predictions, one after the other; resolves to how long each took. */
async function ask(server: Server, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!signal.aborted) {
    const before = performance.now();
    const answer = await fetch(`${server.url}/predict`, {
      method: "POST",
      body: IMAGES.jpeg,
    }).catch(() => {
      throw new Error(
        `The server ended. It said: ${server.said().slice(-4000)}`,
      );
    });
    assertEquals(answer.status, 200, await answer.text());
    times.push(performance.now() - before);
    await pause(5);
  }
  return times;
}

/** Teaches one step after the other, each again under its key until it is acknowledged. */
class Teachers {
  readonly answers = new Map<number, { version: { after: number } }>();
  refused = 0;
  #next = 0;

  constructor(private readonly server: Server) {}

  async teach(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.send(this.#next++);
  }

  /** Sends a step until it is acknowledged: again, it gets the same answer. */
  async send(n: number): Promise<void> {
    for (;;) {
      const answer = await finetune(this.server, n, {
        "Idempotency-Key": `step ${n}`,
      });
      const body = await answer.json();
      if (answer.status === 200) {
        assertEquals(this.answers.get(n) ?? body, body);
        this.answers.set(n, body);
        return;
      }
      assert([409, 503].includes(answer.status), JSON.stringify(body));
      assertEquals(answer.headers.get("Retry-After"), "1");
      this.refused++;
      await pause(100);
    }
  }
}

Deno.test({
  name: `PostgreSQL is ${Object.keys(FAULTS).join(", ")} ${ROUNDS}× under load`,
  ignore: !(await hasPostgres()),
  async fn() {
    const database = await Database.create();
    try {
      await withFolder(model, async (files) => {
        const server = await start(files.model, database.url);
        const teachers = new Teachers(server);
        for (let round = 0; round < ROUNDS; round++) {
          for (const [name, happen] of Object.entries(FAULTS)) {
            const end = new AbortController();
            const asking = ask(server, end.signal);
            const teaching = Array.from(
              { length: TEACHERS },
              () => teachers.teach(end.signal),
            );
            // What fails is heard of below, and must not end the test before.
            for (const work of [asking, ...teaching]) work.catch(() => {});
            await pause(300);
            const refused = teachers.refused;
            await happen(database);
            const learned = teachers.answers.size;
            while (teachers.answers.size < learned + TEACHERS) {
              await Promise.race([pause(20), asking, ...teaching]);
            }
            end.abort();
            await Promise.all(teaching);
            const times = (await asking).toSorted((a, b) => a - b);
            console.log(
              `${name}: ${times.length} predictions, the longest ${
                times.at(-1)!.toFixed(0)
              } ms; ` +
                `${
                  teachers.refused - refused
                } fine-tunes refused, ${teachers.answers.size} acknowledged so far`,
            );
            assertLess(times.at(-1)!, PATIENCE);
            await checkLine(database.url, teachers.answers.size);
          }
        }
        const { size } = teachers.answers;
        for (let n = 0; n < size; n++) await teachers.send(n);
        const versions = [...teachers.answers.values()].map(({ version }) =>
          version.after
        );
        assertEquals(
          versions.toSorted((a, b) => a - b),
          Array.from({ length: size }, (_, i) => i + 1),
        );
        await server.stop();
        await checkChain(database.url, size);
      });
    } finally {
      await database.remove();
    }
  },
});
