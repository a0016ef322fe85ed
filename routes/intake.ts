/** Admission of requests: how many at once, and the bytes of their bodies. @module */

import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { RequestLimits } from "../src/service/limits.ts";
import { Deadlines } from "../src/waiting.ts";
import { bodyKind } from "./body.ts";
import { collect, DRAINED, received, release, SMALL } from "./collect.ts";
import { problem } from "./problem.ts";
import { recordOf } from "./record.ts";

/** The shares of the limits that one client may take: of requests, and of held bytes. */
const CLIENT_REQUESTS = 1 / 4;
const CLIENT_BYTES = 1 / 2;

/** The share of held bytes that is left to small bodies. */
const SMALL_BYTES = 1 / 16;

/** Copies of a JSON body in memory: its bytes, its text, and the images in it. */
const JSON_COPIES = 3;

/** The share of MAX_REQUESTS whose bodies may be awaited at once. */
const AWAITED = 1 / 16;

/** Requests in progress and bytes held, of one client or of all. */
interface Load {
  requests: number;
  bytes: number;
}

/** The requests in progress, within the limits. Bytes count once they have arrived. */
export class Intake {
  readonly #all: Load = { requests: 0, bytes: 0 };
  readonly #clients = new Map<string, Load>();
  /** Awaited bodies, oldest first, each as the function that gives it up. */
  readonly #awaited = new Set<() => void>();

  readonly #deadlines: Deadlines;

  constructor(private readonly limits: RequestLimits) {
    this.#deadlines = new Deadlines(1000 * limits.bodySeconds);
  }

  /** Limits the requests in progress, of one client and of all. */
  readonly admit: MiddlewareHandler = async (c, next) => {
    const { requests } = this.limits;
    const client = clientOf(c);
    const load = this.#clients.get(client) ?? { requests: 0, bytes: 0 };
    if (this.#all.requests >= requests) {
      throw busy(
        503,
        `fewer than ${requests} requests in progress (MAX_REQUESTS)`,
        this.#all.requests,
      );
    }
    const share = Math.ceil(requests * CLIENT_REQUESTS);
    if (load.requests >= share) {
      throw busy(
        429,
        `fewer than ${share} requests of one client in progress (a quarter of MAX_REQUESTS)`,
        load.requests,
      );
    }
    this.#clients.set(client, load);
    load.requests++;
    this.#all.requests++;
    try {
      await next();
    } finally {
      whenDone(c, () => {
        this.#all.requests--;
        if (--load.requests === 0) this.#clients.delete(client);
      });
    }
  };

  /**
   * Reads the body before the route runs, within its limits of time and bytes, and while
   * there is room for it.
   */
  receive(maxBytes: number = this.limits.bodyBytes): MiddlewareHandler {
    return async (c, next) => {
      checkEncoding(c);
      const load = this.#clients.get(clientOf(c)) ?? { requests: 0, bytes: 0 };
      let [arrived, held] = [0, 0];
      const copies = bodyKind(c) === "json" ? JSON_COPIES : 1;
      const small = isSmall(c);
      const count = (bytes: number) => {
        arrived += bytes;
        if (arrived > maxBytes) throw this.#tooLong(maxBytes);
        held += copies * bytes;
        load.bytes += copies * bytes;
        this.#all.bytes += copies * bytes;
        this.#checkRoom(small, held, load.bytes);
      };
      try {
        c.req.bodyCache.arrayBuffer = await this.#read(c, maxBytes, count);
        await next();
      } finally {
        whenDone(c, () => {
          const { arrayBuffer } = c.req.bodyCache;
          if (arrayBuffer !== undefined) release(arrayBuffer);
          load.bytes -= held;
          this.#all.bytes -= held;
        });
      }
    };
  }

  /**
   * Reads the body of a prediction, as {@linkcode receive} does. In an overload, a request
   * with a small body is refused before any work is done for it.
   *
   * @param turnsAway Whether the prediction would wait in vain.
   */
  receivePrediction(turnsAway: () => boolean): MiddlewareHandler {
    const receive = this.receive();
    return async (c, next) => {
      if (isSmall(c) && turnsAway()) {
        const { turnAway } = await import("./overload.ts");
        await turnAway(c.req.raw);
      }
      return await receive(c, next);
    };
  }

  /**
   * Reads a body. `count` is called with bytes as they arrive, and may refuse them. If
   * too many bodies are awaited, the oldest is given up: it is the slowest.
   */
  async #read(
    c: Context,
    maxBytes: number,
    count: (bytes: number) => void,
  ): Promise<ArrayBuffer> {
    const length = lengthOf(c);
    if (length !== undefined && length > maxBytes + DRAINED) {
      throw this.#tooLong(maxBytes);
    }
    const { body } = c.req.raw;
    if (body === null) return new ArrayBuffer(0);
    const stop = new AbortController();
    const late = Promise.withResolvers<never>();
    const giveUp = () => {
      late.reject(tooSlow(this.limits.bodySeconds));
      stop.abort();
    };
    const reading = isSmall(c)
      ? readWhole(c, count)
      : collect(body, { length, count, signal: stop.signal });
    reading.catch(() => {}); // it may fail when nobody awaits it any more
    const end = this.#deadlines.start(giveUp);
    this.#makeRoom();
    this.#awaited.add(giveUp);
    try {
      const whole = await Promise.race([reading, late.promise]);
      received.add(c.req.raw);
      return whole;
    } catch (error) {
      throw error instanceof HTTPException ? error : brokenOff();
    } finally {
      end();
      this.#awaited.delete(giveUp);
    }
  }

  #tooLong(maxBytes: number) {
    const setting = maxBytes === this.limits.bodyBytes
      ? " (MAX_BODY_BYTES)"
      : "";
    return problem(
      413,
      `Cannot read the body: expected at most ${maxBytes} bytes${setting}, got more`,
    );
  }

  #makeRoom(): void {
    if (this.#awaited.size < this.limits.requests * AWAITED) return;
    const [oldest] = this.#awaited;
    this.#awaited.delete(oldest!);
    oldest!();
  }

  /** One body alone is always let in; where large ones take all the room they may, small ones are. */
  #checkRoom(small: boolean, own: number, client: number): void {
    const { heldBytes } = this.limits;
    const total = this.#all.bytes;
    const most = small ? heldBytes : heldBytes * (1 - SMALL_BYTES);
    if (total > own && total > most) {
      throw busy(
        503,
        `at most ${Math.floor(most)} bytes of requests in progress (${
          small ? "" : "15/16 of "
        }MAX_HELD_BYTES)`,
        total,
      );
    }
    const share = CLIENT_BYTES * heldBytes;
    if (client > own && client > share) {
      throw busy(
        429,
        `at most ${share} bytes of one client in progress (half of MAX_HELD_BYTES)`,
        client,
      );
    }
  }
}

/** Calls `end` when a request's work is done: now, or at the end of its stream. */
function whenDone(c: Context, end: () => void): void {
  const { until } = recordOf(c);
  if (until === undefined) end();
  else until.then(end);
}

async function readWhole(
  c: Context,
  count: (bytes: number) => void,
): Promise<ArrayBuffer> {
  const body = await c.req.raw.arrayBuffer();
  count(body.byteLength);
  return body;
}

/** Whether the headers announce a body of a length that arrives at once. */
function isSmall(c: Context): boolean {
  const length = lengthOf(c);
  return length !== undefined && length <= SMALL;
}

/** The length of the body that the headers announce, if they do. */
function lengthOf(c: Context): number | undefined {
  const length = c.req.header("Content-Length");
  return length === undefined ||
      c.req.header("Transfer-Encoding") !== undefined
    ? undefined
    : Number(length) || 0;
}

/** The address that a request comes from, if the server knows it. */
function clientOf(c: Context): string {
  return (c.env as Partial<Deno.ServeHandlerInfo<Deno.NetAddr>> | undefined)
    ?.remoteAddr?.hostname ?? "";
}

function checkEncoding(c: Context): void {
  const encoding = c.req.header("Content-Encoding")?.trim().toLowerCase();
  if (encoding === undefined || encoding === "identity") return;
  throw problem(
    415,
    `Cannot read the body: expected it without compression around it, got ${
      encoding.slice(0, 20)
    }`,
    { field: "Content-Encoding" },
    { "Accept-Encoding": "identity" },
  );
}

function brokenOff() {
  return problem(
    400,
    "Cannot read the body: expected all of it, got a broken connection",
  );
}

function tooSlow(seconds: number) {
  return problem(
    408,
    `Cannot read the body: expected all of it within ${seconds} seconds (BODY_SECONDS)`,
    {},
    { Connection: "close" },
  );
}

function busy(status: 429 | 503, expected: string, got: number) {
  return problem(
    status,
    `Cannot take on more work: expected ${expected}, got ${got}`,
    {},
    { "Retry-After": "1" },
  );
}
