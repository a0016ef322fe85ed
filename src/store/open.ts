/** Opening the model store by its name. @module */

import { StoreError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { answered, guardedEngine } from "./guarded.ts";
import { openKvEngine } from "./kv.ts";
import { lateEngine } from "./late.ts";

/** Milliseconds that opening a database may take. */
const OPEN_DEADLINE = 20_000;

/**
 * Opens the database that a STORE setting names: a Deno KV file, "memory",
 * `postgres://…`, or undefined for the database that the platform assigns. If it
 * assigns none, the engine is empty: the weights file can be served, but nothing learned. A
 * file that does not exist is created a little later: {@linkcode lateEngine}.
 *
 * @param report Called if that fails.
 * @throws {StoreError} If it cannot be opened.
 */
export async function openEngine(
  name: string | undefined,
  report: (error: unknown) => void = console.error,
): Promise<Engine> {
  if (name === undefined) return await openAssigned();
  const open = () => openNamed(name, report);
  return guardedEngine(await answered(open, OPEN_DEADLINE));
}

async function openAssigned(): Promise<Engine> {
  try {
    return guardedEngine(await openKvEngine());
  } catch (error) {
    const { absentEngine } = await import("./absent.ts");
    return absentEngine(error);
  }
}

async function openNamed(
  name: string,
  report: (error: unknown) => void,
): Promise<Engine> {
  if (/^postgres(ql)?:\/\//.test(name)) {
    const { openPostgresEngine } = await import("./postgres.ts");
    return await openPostgresEngine(name);
  }
  const [, scheme] = /^([a-z][\w+.-]*):\/\//i.exec(name) ?? [];
  if (scheme !== undefined) {
    throw new StoreError(
      "Cannot open the store: expected STORE to be a file, memory or a URL of postgres, " +
        `got one of ${scheme}`, // the rest may hold a password
    );
  }
  if (name === "memory") return await openKvEngine(":memory:");
  makeFolder(name.slice(0, Math.max(name.lastIndexOf("/"), 0)));
  const open = () => openKvEngine(name);
  const there = () => exists(name);
  return there() ? await open() : lateEngine(open, there, report);
}

/**
 * Creates a missing folder; needs no permission to write if it exists. It is
 * synchronous, so that the database is opened while a start goes on.
 */
function makeFolder(folder: string): void {
  if (folder === "" || exists(folder)) return;
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new StoreError(
      `Cannot open the store: expected the folder ${folder} to exist, or a right to make it`,
      { cause },
    );
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
