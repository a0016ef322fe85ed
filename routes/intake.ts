/** Taking in requests: how many at once, and their bodies. @module */

import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { RequestLimits } from "../src/service/limits.ts";
import { Deadlines } from "../src/waiting.ts";
import { bodyKind } from "./body.ts";
import {
  collect,
  DRAINED,
  received,
  release,
  SMALL,
  tooLong,
} from "./collect.ts";
import { problem } from "./problem.ts";
import { recordOf } from "./record.ts";

/** The parts of the bounds that one client may take: of requests, and of held bytes. */
const CLIENT_REQUESTS = 1 / 4;
const CLIENT_BYTES = 1 / 2;

/** How often a body of JSON is held: as bytes, as text, and as the images in it. */
const JSON_COPIES = 3;

/** The part of the requests under way whose bodies may be waited for. */
const AWAITED = 1 / 16;

/** Requests under way and bytes held, of one client or of all. */
interface Load {
  requests: number;
  bytes: number;
}

/** What is being worked on, within the limits. Bytes count when they have come. */
export class Intake {
  readonly #all: Load = { requests: 0, bytes: 0 };
  readonly #clients = new Map<string, Load>();
  /** Bodies that are waited for, oldest first, each by what gives it up. */
  readonly #awaited = new Set<() => void>();

  readonly #deadlines: Deadlines;

  constructor(private readonly limits: RequestLimits) {
    this.#deadlines = new Deadlines(1000 * limits.bodySeconds);
  }

  /** Bounds the requests that are under way at once, of one client and of all. */
  readonly admit: MiddlewareHandler = async (c, next) => {
    const { requests } = this.limits;
    const client = clientOf(c);
    const load = this.#clients.get(client) ?? { requests: 0, bytes: 0 };
    if (this.#all.requests >= requests) {
      throw busy(503, `${this.#all.requests} requests are under way`);
    }
    if (load.requests >= Math.ceil(requests * CLIENT_REQUESTS)) {
      throw busy(429, `${load.requests} requests of yours are under way`);
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
   * Reads the body, so that the routes behind this find it ready: within the time
   * and the bytes that it may take, and while there is room for it.
   */
  receive(maxBytes: number = this.limits.bodyBytes): MiddlewareHandler {
    return async (c, next) => {
      checkEncoding(c);
      const load = this.#clients.get(clientOf(c)) ?? { requests: 0, bytes: 0 };
      let held = 0;
      const copies = bodyKind(c) === "json" ? JSON_COPIES : 1;
      const count = (bytes: number) => {
        held += copies * bytes;
        load.bytes += copies * bytes;
        this.#all.bytes += copies * bytes;
        this.#checkRoom(held, load.bytes);
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
   * Reads the body of a prediction, as {@linkcode receive} does. In an overload a small
   * one is turned away before anything is done for it.
   *
   * @param turnsAway Whether it would wait in vain.
   */
  receivePrediction(turnsAway: () => boolean): MiddlewareHandler {
    const receive = this.receive();
    return async (c, next) => {
      const length = lengthOf(c);
      if (length !== undefined && length <= SMALL && turnsAway()) {
        const { turnAway }: typeof import("./overload.ts") = await import(
          import.meta.resolve("./overload.ts")
        );
        await turnAway(c.req.raw);
      }
      return await receive(c, next);
    };
  }

  /**
   * Reads a body; `count` is told of bytes as they come, and may refuse them. Where
   * too many are waited for, the oldest is given up: it is the slowest.
   */
  async #read(
    c: Context,
    maxBytes: number,
    count: (bytes: number) => void,
  ): Promise<ArrayBuffer> {
    const length = lengthOf(c);
    if (length !== undefined && length > maxBytes + DRAINED) {
      throw tooLong(maxBytes);
    }
    const { body } = c.req.raw;
    if (body === null) return new ArrayBuffer(0);
    const stop = new AbortController();
    const late = Promise.withResolvers<never>();
    const giveUp = () => {
      late.reject(tooSlow(this.limits.bodySeconds));
      stop.abort();
    };
    const reading = length !== undefined && length <= SMALL
      ? readWhole(c, count)
      : collect(body, { length, maxBytes, count, signal: stop.signal });
    reading.catch(() => {}); // it may fail when nobody waits for it any more
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

  #makeRoom(): void {
    if (this.#awaited.size < this.limits.requests * AWAITED) return;
    const [oldest] = this.#awaited;
    this.#awaited.delete(oldest!);
    oldest!();
  }

  /** One body alone is always let in. */
  #checkRoom(own: number, client: number): void {
    const { heldBytes } = this.limits;
    const total = this.#all.bytes;
    if (total > own && total > heldBytes) {
      throw busy(503, `${total - own} bytes of requests are being worked on`);
    }
    if (client > own && client > CLIENT_BYTES * heldBytes) {
      throw busy(
        429,
        `${client - own} bytes of requests of yours are being worked on`,
      );
    }
  }
}

/** Does what is to be done when a request's work has ended: now, or when its stream has. */
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

/** The length that the body is said to have, where that is known ahead. */
function lengthOf(c: Context): number | undefined {
  const length = c.req.header("Content-Length");
  return length === undefined ||
      c.req.header("Transfer-Encoding") !== undefined
    ? undefined
    : Number(length) || 0;
}

/** The address that a request comes from, where the server tells. */
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
    "Cannot read the body: expected all of it, the connection broke off",
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

function busy(status: 429 | 503, why: string) {
  return problem(
    status,
    `Cannot take on more work: ${why}`,
    {},
    { "Retry-After": "1" },
  );
}
