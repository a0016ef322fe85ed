/** Clients of a server under load, each with an address of its own on loopback. @module */

import type { Server } from "../bench/server.ts";

/** What came back; status 0 where the connection broke. */
export interface Answer {
  readonly status: number;
  /** Milliseconds from the first byte sent to the last that came. */
  readonly took: number;
  /** Those that the server says it took, by its Server-Timing. */
  readonly served: number;
  readonly body: string;
}

/** The key of fine-tuning and of the admin routes. */
export const KEY = "load";

/** One client: the server tells clients apart by their addresses. */
export class Client {
  readonly #http: Deno.HttpClient;

  constructor(private readonly server: Pick<Server, "url">, address: string) {
    this.#http = Deno.createHttpClient({ localAddress: address });
  }

  /** POSTs a body. */
  async post(
    path: string,
    body: BodyInit,
    headers: Record<string, string> = {},
  ): Promise<Pick<Answer, "status" | "body">> {
    try {
      const response = await fetch(this.server.url + path, {
        method: "POST",
        body,
        headers,
        client: this.#http,
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      return { status: 0, body: String(error) };
    }
  }

  close(): void {
    this.#http.close();
  }
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[
    Math.min(sorted.length - 1, Math.floor(share * sorted.length))
  ]!;
}
