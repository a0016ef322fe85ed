/** Clients of a server under load, each with an address of its own on loopback. @module */

import type { Server } from "../bench/server.ts";

/** What came back, and how long it took in milliseconds; status 0 where the connection broke. */
export interface Answer {
  readonly status: number;
  readonly took: number;
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
  ): Promise<Answer> {
    const before = performance.now();
    const answer = (status: number, body: string) => ({
      status,
      took: performance.now() - before,
      body,
    });
    try {
      const response = await fetch(this.server.url + path, {
        method: "POST",
        body,
        headers,
        client: this.#http,
      });
      return answer(response.status, await response.text());
    } catch (error) {
      return answer(0, String(error));
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
