/** The engines that every test of the store runs on. @module */

import postgres from "postgres";
import type { Engine } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";

/** A database for tests, empty each time. */
export interface TestStore {
  readonly name: string;
  readonly ignore: boolean;
  /** Makes an empty store; `open` opens it, as often as wanted. */
  make(): Promise<{ setting: string; remove: () => Promise<void> }>;
}

/** A PostgreSQL server for tests, as a postgres:// URL. */
const SERVER = Deno.env.get("TEST_POSTGRES");
if (SERVER === undefined) {
  console.log("PostgreSQL is left out: TEST_POSTGRES names no server.");
}

/** Deno KV in a file, and PostgreSQL where there is a server. */
export const STORES: readonly TestStore[] = [
  { name: "Deno KV", ignore: false, make: makeFile },
  { name: "PostgreSQL", ignore: SERVER === undefined, make: makeSchema },
];

async function makeFile() {
  const folder = await Deno.makeTempDir();
  return {
    setting: `${folder}/store.kv`,
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

async function makeSchema() {
  const schema = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const sql = postgres(SERVER!, { max: 1, onnotice: () => {} });
  await sql`create schema ${sql(schema)}`;
  const setting = new URL(SERVER!);
  setting.searchParams.set("search_path", schema);
  return {
    setting: setting.href,
    remove: async () => {
      await sql`drop schema ${sql(schema)} cascade`;
      await sql.end();
    },
  };
}

/** Runs a test on every kind of store. */
export function testStores(
  name: string,
  body: (setting: string) => Promise<void>,
): void {
  for (const { name: storeName, ignore, make } of STORES) {
    Deno.test({
      name: `${name} (${storeName})`,
      ignore,
      async fn() {
        const { setting, remove } = await make();
        try {
          await body(setting);
        } finally {
          await remove();
        }
      },
    });
  }
}

/** Runs a test on an engine of every kind. */
export function testEngines(
  name: string,
  body: (engine: Engine) => Promise<void>,
): void {
  testStores(name, async (setting) => {
    const engine = await openEngine(setting);
    try {
      await body(engine);
    } finally {
      await engine.close();
    }
  });
}
