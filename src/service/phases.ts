/** The parts of a request's work, and how long they took. @module */

/** A part of the work that is done. */
export interface Phase {
  readonly name: string;
  /** Its start, in milliseconds since 1970. */
  readonly start: number;
  /** In milliseconds. */
  readonly duration: number;
}

/** Called with each part of the work when it is done. */
export type Note = (phase: Phase) => void;

/** Milliseconds since 1970, finer than Date.now() and comparable among workers. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Does a part of the work, and passes it to `note`, if given. */
export function timed<T>(
  note: Note | undefined,
  name: string,
  work: () => T,
): T {
  const start = now();
  try {
    return work();
  } finally {
    note?.({ name, start, duration: now() - start });
  }
}

/** Does an asynchronous part of the work, and passes it to `note`, if given. */
export async function timedAsync<T>(
  note: Note | undefined,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const start = now();
  try {
    return await work();
  } finally {
    note?.({ name, start, duration: now() - start });
  }
}
