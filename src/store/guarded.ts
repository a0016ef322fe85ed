/** An engine with deadlines, and with errors of one kind. @module */

import { StoreError } from "../errors.ts";
import { Deadlines } from "../waiting.ts";
import type { Engine } from "./engine.ts";

/** Milliseconds that one call of a database may take. */
export const DEADLINE = 5000;

/**
 * Wraps an engine: every error of the database becomes a {@linkcode StoreError}, and so
 * does a missed deadline. A write that was given up may still happen: the store checks
 * before it reports that it did not.
 */
export function guardedEngine(engine: Engine, deadline = DEADLINE): Engine {
  const deadlines = new Deadlines(deadline);
  const guard = <T>(call: () => Promise<T>) =>
    answered(call, deadline, deadlines);
  return {
    read: (keys) => guard(() => engine.read(keys)),
    list: (prefix, options) => guard(() => engine.list(prefix, options)),
    write: (write) => guard(() => engine.write(write)),
    close: () => engine.close(),
  };
}

/**
 * Calls the database.
 *
 * @throws {StoreError} If it refuses, or does not answer in time.
 */
export async function answered<T>(
  call: () => Promise<T>,
  deadline: number,
  deadlines = new Deadlines(deadline),
): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const end = deadlines.start(() =>
    silence.reject(
      new StoreError(
        `Cannot reach the store: expected an answer within ${deadline} ms, got none`,
      ),
    )
  );
  try {
    return await Promise.race([call(), silence.promise]);
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    // The message of a database may reveal where it is.
    const why = String(cause).includes("database is locked")
      ? "another process holds the database"
      : "the database failed, the server's log says why";
    throw new StoreError(`Cannot use the store: ${why}`, { cause });
  } finally {
    end();
  }
}
