/** Opening the model store by its name. @module */

import type { Engine } from "./engine.ts";
import { openKvEngine } from "./kv.ts";

/**
 * Opens the database that a STORE setting names: a Deno KV file, "memory", or
 * undefined for the database that the platform assigns.
 */
export async function openEngine(name: string | undefined): Promise<Engine> {
  if (name === undefined) return await openKvEngine();
  if (name === "memory") return await openKvEngine(":memory:");
  const folder = name.slice(0, Math.max(name.lastIndexOf("/"), 0));
  if (folder !== "") await Deno.mkdir(folder, { recursive: true });
  return await openKvEngine(name);
}
