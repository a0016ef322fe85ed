/**
 * A connection to a server that does next to nothing besides: what a client itself
 * takes is no part of what it measures.
 *
 * @module
 */

import type { Server } from "../bench/server.ts";
import type { Answer } from "./client.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
const END_OF_HEAD = "\r\n\r\n";
const ROOM = 64 * 1024;

/** The bytes of a POST request. */
export function postRequest(
  { url }: Pick<Server, "url">,
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const lines = Object.entries({
    Host: new URL(url).host,
    "Content-Length": String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = ENCODER.encode(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const request = new Uint8Array(head.length + body.length);
  request.set(head);
  request.set(body, head.length);
  return request;
}

/** Sends one request after the other. */
export class Connection {
  #connection: Deno.TcpConn | undefined;
  readonly #room = new Uint8Array(ROOM);

  constructor(private readonly server: Pick<Server, "url">) {}

  /** Sends a request and waits for its answer; connects if need be. */
  async send(request: Uint8Array): Promise<Answer> {
    const before = performance.now();
    try {
      this.#connection ??= await this.#connect();
      for (let sent = 0; sent < request.length;) {
        sent += await this.#connection.write(request.subarray(sent));
      }
      const answer = await this.#receive(this.#connection);
      return { ...answer, took: performance.now() - before };
    } catch (error) {
      this.close();
      const took = performance.now() - before;
      return { status: 0, took, served: NaN, body: String(error) };
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #connect(): Promise<Deno.TcpConn> {
    const { hostname, port } = new URL(this.server.url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay();
    return connection;
  }

  async #receive(connection: Deno.TcpConn): Promise<Omit<Answer, "took">> {
    for (let length = 0;;) {
      const read = await connection.read(this.#room.subarray(length));
      if (read === null) throw new Error("the connection was closed");
      length += read;
      const answer = parsed(DECODER.decode(this.#room.subarray(0, length)));
      if (answer !== undefined) return answer;
    }
  }
}

/** An answer, once all of it is there. Those of a prediction say their length. */
function parsed(text: string): Omit<Answer, "took"> | undefined {
  const end = text.indexOf(END_OF_HEAD);
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + END_OF_HEAD.length);
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
  if (body.length < length) return undefined;
  return { status: Number(head.split(" ")[1]), served: servedIn(head), body };
}

/** The milliseconds that a server says it took. */
function servedIn(head: string): number {
  return Number(/^server-timing:.*total;dur=([\d.]+)/im.exec(head)?.[1]);
}
