/**
 * The server's listener, which is restarted when it ends: Deno's own ends when the process
 * runs out of file descriptors, as a few hundred idle connections can make it.
 *
 * @module
 */

import { Deadlines, pause } from "../src/waiting.ts";
import { received } from "./collect.ts";

/** The address to listen on, and callbacks. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  /** Called once, with the address. */
  readonly onListen: (address: Deno.NetAddr) => void;
  /** Called with a line when connections are closed. */
  readonly report: (line: string) => void;
  /** Milliseconds between two checks of the connections. Default 1000. */
  readonly interval?: number;
  /** Whether file descriptors run short. Default: tries to open some, except on Windows. */
  readonly runShort?: () => boolean;
}

type Handler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/** File descriptors that must be free, else connections are closed. */
const SPARE = 100;
/** Checks that are skipped after one that closed connections. */
const REST = 10;
/**
 * Refused requests whose connections are closed at once, and the checks after which fewer
 * are: closing them blocks new connections for some milliseconds.
 */
const MANY = 16;
const PATIENT_CHECKS = 30;
/** Milliseconds that requests in progress may take before their connections are closed. */
const PATIENCE = 1000;
/** Milliseconds that they may take when the server stops. */
const GRACE = 3000;
/** Milliseconds between two tries to listen. */
const PAUSE = 1;
/** Bytes of a body that arrive with its headers. */
const WITH_HEADERS = 64 * 1024;

/**
 * Listens until it is shut down. Deno gives no access to connections, so they can only be
 * closed all together. That is done when file descriptors run short, after the requests
 * in progress; when the listener has ended; and, when no request is in progress, after
 * one was refused before its body had arrived: Deno 2.9 would wait for the rest.
 */
export class Listener {
  #server: Deno.HttpServer<Deno.NetAddr>;
  #closer = new AbortController();
  #port: number;
  #listened = false;
  readonly #underWay = new Set<Promise<Response>>();
  /** Requests that were refused before their bodies arrived, and the checks since then. */
  #stale = 0;
  #staleChecks = 0;
  #rest = 0;
  #renewing: Promise<void> | undefined;
  #over = false;
  readonly #checks: Deadlines;
  /** Cancels the next check. */
  #endWatch = () => {};

  constructor(
    private readonly options: ListenOptions,
    private readonly handler: Handler,
  ) {
    this.#port = options.port;
    this.#server = this.#serve();
    this.#checks = new Deadlines(options.interval ?? 1000);
    this.#watch();
  }

  /**
   * Takes no more requests; resolves when those in progress are answered. They get some
   * seconds first: the shutdown of Deno 2.9 aborts bodies that have not fully arrived.
   */
  async shutdown(): Promise<void> {
    this.#over = true;
    this.#endWatch();
    await this.#renewing;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, GRACE);
    await Promise.race([Promise.allSettled(this.#underWay), late.promise]);
    clearTimeout(timer);
    await this.#server.shutdown();
  }

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const closer = new AbortController();
    const server = Deno.serve({
      hostname: this.options.hostname,
      port: this.#port,
      signal: closer.signal,
      onListen: (address) => this.#onListen(address),
    }, (request, info) => this.#answer(request, info));
    this.#closer = closer;
    const ended = (why: string) => {
      if (server === this.#server && !this.#over) this.#renew(why, 0);
    };
    server.finished.then(
      () => ended("the listener ended"),
      (error) => ended(String(error)),
    );
    return server;
  }

  #onListen(address: Deno.NetAddr): void {
    this.#port = address.port; // where it was 0
    if (!this.#listened) this.options.onListen(address);
    this.#listened = true;
  }

  async #answer(...request: Parameters<Handler>): Promise<Response> {
    const answer = Promise.try(this.handler, ...request);
    this.#underWay.add(answer);
    try {
      const response = await answer;
      if (response.status >= 400 && isWaitedFor(request[0])) this.#stale++;
      return response;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /** Checks the connections at intervals. */
  #watch(): void {
    this.#endWatch = this.#checks.start(() => {
      this.#watch();
      this.#check();
    });
  }

  #check(): void {
    if (this.#rest-- > 0) return;
    const { runShort = descriptorsRunShort } = this.options;
    if (this.#stale > 0) this.#staleChecks++;
    const stale = this.#stale >= MANY || this.#staleChecks > PATIENT_CHECKS;
    if (stale && this.#underWay.size === 0) {
      this.#renew("some were refused before they had sent all", 0);
    } else if (runShort()) {
      this.#renew("descriptors run short", PATIENCE);
    }
  }

  /** Closes all connections, and listens again. */
  #renew(why: string, patience: number): void {
    this.#renewing ??= (async () => {
      this.options.report(`Connections are closed: ${why}`);
      for (let waited = 0; this.#underWay.size > 0 && waited < patience;) {
        await pause(PAUSE);
        waited += PAUSE;
      }
      this.#closer.abort();
      while (!this.#over && !this.#listensAgain()) await pause(PAUSE);
      this.#stale = this.#staleChecks = 0;
      this.#rest = REST; // what is left is in progress: closing again would not help
      this.#renewing = undefined;
    })();
  }

  /** Tries to listen again; false if the old listener's address is still in use. */
  #listensAgain(): boolean {
    try {
      this.#server = this.#serve();
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether the body of a refused request has not fully arrived. */
function isWaitedFor(request: Request): boolean {
  const { headers } = request;
  return !received.has(request) &&
    (headers.has("Transfer-Encoding") ||
      Number(headers.get("Content-Length")) > WITH_HEADERS);
}

/**
 * Whether fewer file descriptors are free than should be. It tries to open some: Deno
 * allows reading /proc only with all permissions.
 */
function descriptorsRunShort(): boolean {
  const tried: Deno.FsFile[] = [];
  try {
    for (let i = 0; i < SPARE; i++) tried.push(Deno.openSync("/dev/null"));
    return false;
  } catch (error) {
    return (error as { code?: string }).code === "EMFILE"; // anything else says nothing about descriptors
  } finally {
    for (const file of tried) file.close();
  }
}
