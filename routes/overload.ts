/** Refusal of predictions in an overload. @module */

import { HELD, tooMany } from "../src/service/line.ts";
import { Deadlines } from "../src/waiting.ts";
import { release } from "./collect.ts";

const held = new Deadlines(HELD);

/**
 * Refuses a request with a small body. It is held for a while first, with its body still
 * in the system's buffers: a client that retries at once would cost more than it gets.
 *
 * @throws {BusyError} Always.
 */
export async function turnAway(request: Request): Promise<never> {
  await new Promise<void>((resolve) => held.start(resolve));
  // The connection can be used again only when the body is read.
  await request.arrayBuffer().then(release, () => {});
  throw tooMany();
}
