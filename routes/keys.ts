/** Bearer keys: roles and budgets. @module */

import type { Context, MiddlewareHandler } from "hono";
import { StoreError } from "../src/errors.ts";
import type { Service } from "../src/service/service.ts";
import type { KeyBudgets, Keys } from "../src/service/settings.ts";
import { equal, readKeys, sha256 } from "./key_list.ts";
import { problem } from "./problem.ts";
import { type KnownKey, recordOf } from "./record.ts";

/** The roles of keys, the least first: each may also do what those before it may. */
const ROLES = ["predict", "finetune", "admin"] as const;

/** The role of a key. */
export type Role = typeof ROLES[number];

const VARIABLES: Readonly<Record<Role, string>> = {
  predict: "PREDICT_KEY",
  finetune: "FINETUNE_KEY",
  admin: "ADMIN_KEY",
};

const PURPOSES: Readonly<Record<Role, string>> = {
  predict: "Prediction",
  finetune: "Fine-tuning",
  admin: "Administration",
};

/** The uses that are counted: requests, and the examples to learn from. */
export type Counted = keyof KeyBudgets;

const UNITS: Readonly<Record<Counted, [seconds: number, what: string]>> = {
  requests: [60, "requests per minute (KEY_REQUESTS_PER_MINUTE)"],
  examples: [3600, "examples per hour (KEY_EXAMPLES_PER_HOUR)"],
};

/** The keys of a server. */
export class Keyring {
  readonly #keys: readonly KnownKey[];

  /** @throws {RangeError} If a setting is no list of keys. */
  constructor(
    keys: Keys,
    private readonly budgets: KeyBudgets,
    private readonly service: () => Promise<Service>,
  ) {
    this.#keys = ROLES.flatMap((role) =>
      readKeys(VARIABLES[role], keys[role]).map((key) => ({ ...key, role }))
    );
  }

  /** Admits requests whose key has the role, or a higher one. */
  allow(role: Role): MiddlewareHandler {
    const open = role === "predict" &&
      !this.#keys.some((key) => key.role === "predict");
    return async (c, next) => {
      if (!open) {
        recordOf(c).key = await this.#check(c, role);
        await this.spend(c, "requests", 1);
      }
      await next();
    };
  }

  /** Refuses a field that only an admin key may send. */
  checkAdmin(c: Context, field: string): void {
    if (recordOf(c).key?.role === "admin") return;
    throw problem(
      403,
      `Cannot take ${field}: expected a key of ${VARIABLES.admin} with it`,
      { field },
    );
  }

  /**
   * Takes an amount of the budget of the request's key, if keys have budgets.
   * If the store does not answer, predictions go on.
   */
  async spend(c: Context, counted: Counted, amount: number): Promise<void> {
    const { key, headers } = recordOf(c);
    const limit = this.budgets[counted];
    if (key === undefined || limit === undefined) return;
    const [seconds, unit] = UNITS[counted];
    const budget = { name: counted, limit, seconds };
    const taken = await this.#take(key, budget, amount);
    if (taken === undefined) return;
    add(headers, "RateLimit-Policy", `"${counted}";q=${limit};w=${seconds}`);
    add(
      headers,
      "RateLimit",
      `"${counted}";r=${taken.remaining};t=${taken.reset}`,
    );
    if (taken.granted) return;
    throw problem(
      429,
      `Cannot take on more for this key: expected at most ${limit} ${unit}, ` +
        `${taken.remaining} left, got ${amount} more`,
      {},
      { "Retry-After": String(taken.reset) },
    );
  }

  async #take(
    { digest, role }: KnownKey,
    budget: { name: string; limit: number; seconds: number },
    amount: number,
  ) {
    try {
      const budgets = await (await this.service()).budgets();
      return await budgets.take((await digest()).toHex(), budget, amount);
    } catch (error) {
      if (error instanceof StoreError && role === "predict") return undefined;
      throw error;
    }
  }

  async #check(c: Context, role: Role): Promise<KnownKey> {
    const able = this.#keys.filter((key) => atLeast(key.role, role));
    if (able.length === 0) throw closed(role);
    const sent = /^Bearer +(\S+) *$/i.exec(c.req.header("Authorization") ?? "")
      ?.[1];
    if (sent === undefined) throw unauthorized("no key");
    const found = await this.#find(sent);
    if (found === undefined) throw unauthorized("another key");
    if (atLeast(found.role, role)) return found;
    const known = variablesFrom(role);
    throw problem(
      403,
      `Cannot let this request through: expected a key of ${
        known.join(" or ")
      }, got one of ${VARIABLES[found.role]}`,
      { known },
    );
  }

  /** Compares with every key, so that the time it takes reveals nothing about them. */
  async #find(sent: string): Promise<KnownKey | undefined> {
    const digest = await sha256(sent);
    let found: KnownKey | undefined;
    for (const key of this.#keys) {
      if (equal(digest, await key.digest())) found = key;
    }
    return found;
  }
}

function atLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

function variablesFrom(role: Role): string[] {
  return ROLES.filter((other) => atLeast(other, role))
    .map((other) => VARIABLES[other]);
}

function add(headers: Map<string, string>, name: string, value: string): void {
  const before = headers.get(name);
  headers.set(name, before === undefined ? value : `${before}, ${value}`);
}

function closed(role: Role) {
  return problem(
    403,
    `${PURPOSES[role]} is closed here: set ${
      VARIABLES[role]
    } in the server's environment to open it, ` +
      "and send it as Authorization: Bearer …",
  );
}

function unauthorized(got: string) {
  return problem(
    401,
    `Cannot let this request through: expected Authorization: Bearer and the key, got ${got}`,
    {},
    { "WWW-Authenticate": 'Bearer realm="tandem"' },
  );
}
