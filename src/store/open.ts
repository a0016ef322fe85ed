/** Opening the model store by its name. @module */

import { StoreError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { openKvEngine } from "./kv.ts";

/**
 * Opens the database that a STORE setting names: a Deno KV file, "memory",
 * `postgres://…`, or undefined for the database that the platform assigns.
 */
export async function openEngine(name: string | undefined): Promise<Engine> {
  if (name === undefined) return await openKvEngine();
  if (/^postgres(ql)?:\/\//.test(name)) {
    const { openPostgresEngine } = await import("./postgres.ts");
    return await openPostgresEngine(name);
  }
  if (name === "memory") return await openKvEngine(":memory:");
  await makeFolder(name.slice(0, Math.max(name.lastIndexOf("/"), 0)));
  return await openKvEngine(name);
}

/** Makes a folder that is missing; asks for no right to write where there is one. */
async function makeFolder(folder: string): Promise<void> {
  if (folder === "") return;
  try {
    await Deno.stat(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.mkdir(folder, { recursive: true }).catch((cause) => {
      throw new StoreError(
        `Cannot open the store: expected the folder ${folder} to exist, or a right to make it`,
        { cause },
      );
    });
  }
}
