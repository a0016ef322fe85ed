/**
 * The server's listener, which does not end: Deno's own does when the process
 * runs out of descriptors, as some hundred silent connections can make it.
 *
 * @module
 */

import { Deadlines, pause } from "../src/waiting.ts";
import { received } from "./collect.ts";

/** What is listened on, and who is told. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  /** Told once where it listens. */
  readonly onListen: (address: Deno.NetAddr) => void;
  /** Told in a line of what is done about trouble. */
  readonly report: (line: string) => void;
  /** Milliseconds between two looks at the connections. Default a second. */
  readonly interval?: number;
  /** Tells whether descriptors run short. Default: those of this process, where it is no Windows. */
  readonly runShort?: () => boolean;
}

type Handler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/** Descriptors that must be left, or connections are closed. */
const SPARE = 100;
/** How many looks are left out after one that led to something. */
const REST = 10;
/**
 * Refused requests whose connections are closed at once, and the looks after which
 * fewer are: for some milliseconds nobody is let in meanwhile.
 */
const MANY = 16;
const PATIENT_LOOKS = 30;
/** How long requests under way may take before their connections are closed, in milliseconds. */
const PATIENCE = 1000;
/** How long they may take when the server stops, in milliseconds. */
const GRACE = 3000;
/** Between two tries to listen, in milliseconds. */
const PAUSE = 1;
/** Bytes of a body that come at once, if they come. */
const SMALL = 64 * 1024;

/**
 * Listens until it is shut down. Deno does not tell of connections, so they can
 * only be closed all together. That is done where descriptors run short, after the
 * requests under way; where the listener has ended; and, when there are no requests
 * under way, where one was refused before its body came: Deno 2.9 waits for the rest.
 */
export class Listener {
  #server: Deno.HttpServer<Deno.NetAddr>;
  #closer = new AbortController();
  #port: number;
  #listened = false;
  readonly #underWay = new Set<Promise<Response>>();
  /** Requests that were refused before their bodies came, and the looks since then. */
  #stale = 0;
  #staleLooks = 0;
  #rest = 0;
  #renewing: Promise<void> | undefined;
  #over = false;
  readonly #looks: Deadlines;
  /** Ends the wait for the next look. */
  #endWatch = () => {};

  constructor(
    private readonly options: ListenOptions,
    private readonly handler: Handler,
  ) {
    this.#port = options.port;
    this.#server = this.#serve();
    this.#looks = new Deadlines(options.interval ?? 1000);
    this.#watch();
  }

  /**
   * Takes no more requests; resolves when those under way are answered. What is
   * under way may go on for some seconds first: Deno's own shutdown breaks off
   * bodies that have not come as a whole.
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

  /** Looks at the connections now and then. */
  #watch(): void {
    this.#endWatch = this.#looks.start(() => {
      this.#watch();
      this.#look();
    });
  }

  #look(): void {
    if (this.#rest-- > 0) return;
    const { runShort = descriptorsRunShort } = this.options;
    if (this.#stale > 0) this.#staleLooks++;
    const stale = this.#stale >= MANY || this.#staleLooks > PATIENT_LOOKS;
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
      this.#stale = this.#staleLooks = 0;
      this.#rest = REST; // what is left is under way: to close again would not help
      this.#renewing = undefined;
    })();
  }

  /** Tries to; the old listener's address may still be in use. */
  #listensAgain(): boolean {
    try {
      this.#server = this.#serve();
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether a request that was refused may still be sending, or not sending, its body. */
function isWaitedFor(request: Request): boolean {
  const { headers } = request;
  return !received.has(request) &&
    (headers.has("Transfer-Encoding") ||
      Number(headers.get("Content-Length")) > SMALL);
}

/**
 * Whether fewer descriptors are left than should be. They are tried: Deno tells the
 * numbers in /proc only to a program that may do everything.
 */
function descriptorsRunShort(): boolean {
  const tried: Deno.FsFile[] = [];
  try {
    for (let i = 0; i < SPARE; i++) tried.push(Deno.openSync("/dev/null"));
    return false;
  } catch (error) {
    return (error as { code?: string }).code === "EMFILE"; // else nobody can tell
  } finally {
    for (const file of tried) file.close();
  }
}
