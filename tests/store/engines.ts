/** The engines that every test of the store runs on. @module */

import type { Engine } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";

/** An engine that tests can open, empty each time. */
export interface TestEngine {
  readonly name: string;
  readonly ignore: boolean;
  open(): Promise<Engine>;
}

/** Deno KV in memory. */
export const ENGINES: readonly TestEngine[] = [
  { name: "Deno KV", ignore: false, open: () => openEngine("memory") },
];

/** Runs a test on every engine, closing it afterwards. */
export function testEngines(
  name: string,
  body: (engine: Engine) => Promise<void>,
): void {
  for (const { name: engineName, ignore, open } of ENGINES) {
    Deno.test({
      name: `${name} (${engineName})`,
      ignore,
      async fn() {
        const engine = await open();
        try {
          await body(engine);
        } finally {
          await engine.close();
        }
      },
    });
  }
}
