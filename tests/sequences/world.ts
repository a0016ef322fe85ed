/** Two apps on one store, and a third on a store of its own that is opened anew for each change. @module */

import type { Hono } from "hono";
import { createApp } from "../../routes/app.ts";
import { REQUEST_LIMITS } from "../../src/service/limits.ts";
import { Service } from "../../src/service/service.ts";
import type { Weights } from "../../src/service/weights.ts";
import { collect } from "../../src/store/collect.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import { ModelStore } from "../../src/store/store.ts";
import { ADMIN_KEY, FINETUNE_KEY } from "../routes/fixture.ts";
import { StandingClock } from "./clock.ts";
import { type Fault, Faults } from "./faults.ts";

/** The keys that may change the model, by their names. */
export const KEYS = {
  root: ADMIN_KEY,
  ann: FINETUNE_KEY,
  bob: "teach",
} as const;

/** The name of a key. */
export type KeyName = keyof typeof KEYS;

/** A request to an app. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** The key that it is sent with. Default: the admin's. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** An answer that was read to its end. */
export interface Reply {
  readonly status: number;
  readonly etag: string | null;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly text: string;
}

/** An app over a service. */
interface App {
  readonly app: Hono;
  readonly service: Service;
  readonly faults: Faults;
}

/** Opens a store; each engine is closed on its own. */
export type OpenStore = () => Promise<Engine>;

/** Everything that a sequence of operations acts on. */
export class World implements AsyncDisposable {
  readonly clock = new StandingClock();

  private constructor(
    readonly weights: Weights,
    private readonly openStore: OpenStore,
    private readonly engine: Engine,
    private readonly apps: App[],
    private readonly restarted: Engine,
  ) {}

  static async open(weights: Weights, openStore: OpenStore): Promise<World> {
    const apps = [
      await openApp(weights, await openStore()),
      await openApp(weights, await openStore()),
    ];
    const restarted = await openEngine("memory");
    return new World(weights, openStore, await openStore(), apps, restarted);
  }

  /** Sends a request to one of the apps. */
  call(app: number, call: Call): Promise<Reply> {
    return send(this.apps[app]!.app, call);
  }

  /** Sends a request to one of the apps, whose store fails in answering it. */
  async callFailing(app: number, call: Call, fault: Fault): Promise<Reply> {
    const { faults } = this.apps[app]!;
    faults.set(fault);
    const reply = await this.call(app, call);
    faults.set("none");
    return reply;
  }

  /** Sends requests to the third app, which is started for them; resolves to the last answer. */
  async callRestarted(calls: readonly Call[]): Promise<Reply> {
    const { app, service } = await openApp(
      this.weights,
      lasting(this.restarted),
    );
    try {
      for (const call of calls.slice(0, -1)) await send(app, call);
      return await send(app, calls.at(-1)!);
    } finally {
      await service.close();
    }
  }

  /** Closes an app, and opens another in its place. */
  async reopen(app: number): Promise<void> {
    await this.apps[app]!.service.close();
    this.apps[app] = await openApp(this.weights, await this.openStore());
  }

  /** Removes old versions from both stores. */
  async collect(keep: number): Promise<void> {
    for (const engine of [this.engine, this.restarted]) {
      const store = new ModelStore(engine, await this.weights.base);
      while ((await collect(store, keep))!.length > 0);
    }
  }

  /** The versions of the shared store, as it keeps them. */
  async store(): Promise<ModelStore> {
    return new ModelStore(this.engine, await this.weights.base);
  }

  /** Every key of the shared store but those of receipts, with its stamp. */
  async entries(): Promise<string[]> {
    const entries = await this.engine.list(["tandem"]);
    return entries.filter(({ key }) => key[2] !== "receipts")
      .map(({ key, stamp }) => `${key.join("/")} ${stamp}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.clock[Symbol.dispose]();
    for (const { service } of this.apps) await service.close();
    await this.engine.close();
    await this.restarted.close();
  }
}

/** An engine that stays open. */
export function lasting(engine: Engine): Engine {
  return { ...engine, close: () => Promise.resolve() };
}

/** An app of the test's keys. */
export async function openApp(weights: Weights, engine: Engine): Promise<App> {
  const faults = new Faults();
  const service = await Service.create({ weights, engine: faults.of(engine) });
  const app = createApp({
    service: () => Promise.resolve(service),
    keys: {
      predict: "look",
      finetune: `ann=${KEYS.ann},bob=${KEYS.bob}`,
      admin: `root=${KEYS.root}`,
    },
    corsOrigin: undefined,
    limits: REQUEST_LIMITS,
  });
  return { app, service, faults };
}

/** Sends a request to an app. */
export async function send(
  app: Hono,
  { method, path, key = ADMIN_KEY, headers, body }: Call,
): Promise<Reply> {
  const isJson = body !== undefined && !(body instanceof Uint8Array);
  const response = await app.request(path, {
    method,
    body: isJson ? JSON.stringify(body) : body as Uint8Array<ArrayBuffer>,
    headers: {
      ...(key !== null && { Authorization: `Bearer ${key}` }),
      ...(isJson && { "Content-Type": "application/json" }),
      ...headers,
    },
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    etag: response.headers.get("ETag"),
    headers: response.headers,
    bytes,
    text: new TextDecoder().decode(bytes),
  };
}
