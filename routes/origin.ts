/** Protection against cross-site request forgery and DNS rebinding. @module */

import type { Context, MiddlewareHandler } from "hono";
import { shown } from "./body.ts";
import { problem } from "./problem.ts";

/** Options of the check. */
export interface OriginOptions {
  /** Whether the server listens for this machine only. */
  readonly loopback: boolean;
  /** Names that such a server answers to besides its own, in lower case. */
  readonly allowedHosts: readonly string[];
  /** The origin of pages that may call, or `*`. */
  readonly corsOrigin: string | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
/** Values of Sec-Fetch-Site for requests by the server's own page, or by the user. */
const OWN = ["same-origin", "none"];

/**
 * Refuses changes that a page of another origin makes a browser send, unless CORS_ORIGIN
 * allows it: a form needs no permission of CORS, and does harm even if its answer cannot
 * be read. A server on loopback also refuses host names that it was not told of: by a name
 * that resolves to this machine, a page could call it as its own origin (DNS rebinding).
 *
 * Source: Fetch Metadata Request Headers (W3C, 2021); RFC 6454 (2011).
 */
export function checkOrigin(options: OriginOptions): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("Host") ?? new URL(c.req.url).host;
    if (options.loopback && !isOwn(host, options.allowedHosts)) {
      throw problem(
        421,
        `Cannot answer for ${
          shown(host)
        }: expected localhost or a loopback address, ` +
          "for this server was started for this machine only; set ALLOWED_HOSTS to the name " +
          "that a proxy passes on, or HOST to an address that others reach",
        { field: "Host" },
      );
    }
    if (!["GET", "HEAD", "OPTIONS"].includes(c.req.method)) {
      checkSender(c, host, options.corsOrigin);
    }
    await next();
  };
}

function isOwn(host: string, allowed: readonly string[]): boolean {
  return LOOPBACK.test(host) ||
    allowed.includes(host.replace(/:\d+$/, "").toLowerCase());
}

function checkSender(
  c: Context,
  host: string,
  allowed: string | undefined,
): void {
  const origin = c.req.header("Origin");
  if (origin === undefined || allowed === "*" || origin === allowed) return;
  const site = c.req.header("Sec-Fetch-Site");
  const own = site === undefined
    ? origin.replace(/^https?:\/\//, "") === host
    : OWN.includes(site);
  if (own) return;
  throw problem(
    403,
    `Cannot take this from a page of ${
      shown(origin)
    }: expected one of ${host}, ` +
      "or of the origin that CORS_ORIGIN names",
    { field: "Origin" },
  );
}
