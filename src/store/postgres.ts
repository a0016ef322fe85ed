/**
 * The model store's engine over PostgreSQL, for servers on several machines.
 *
 * One table holds everything. An advisory lock serializes writes, which makes checking
 * that a key is absent as safe as checking one that is present; reads never wait.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import postgres from "postgres";
import { StoreError } from "../errors.ts";
import type { Engine, Entry, Key, ListOptions, Write } from "./engine.ts";
import { DEADLINE } from "./guarded.ts";

/** The id of the advisory lock: "tandem" in ASCII. */
const LOCK = String(0x74616e64656d);

/** Seconds that a new connection may take. */
const CONNECT_SECONDS = 5;
/** Seconds from the end of a connection to the next try: by default the driver waits up to 20. */
const RECONNECT_SECONDS = 0.1;

type Sql = postgres.Sql | postgres.TransactionSql;

interface Row {
  readonly key: string;
  readonly value: Buffer;
  readonly stamp: string;
}

/**
 * Opens a PostgreSQL database as an engine, and makes its table where there is none.
 *
 * @param url `postgres://user:password@host:port/database`; `?search_path=` names a
 * schema.
 * @throws {StoreError} If the URL cannot be read.
 */
export async function openPostgresEngine(url: string): Promise<Engine> {
  const sql = clientOf(url);
  try {
    await sql.begin((turn) => whileConnected(() => createTable(turn)));
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
  return engine(sql);
}

function clientOf(url: string): postgres.Sql {
  try {
    return postgres(url, {
      onnotice: () => {},
      connect_timeout: CONNECT_SECONDS,
      // A connection that breaks while fetching types ends the process: the error cannot be caught.
      fetch_types: false,
      backoff: () => RECONNECT_SECONDS,
      // A statement that was given up must not take effect later.
      connection: { statement_timeout: DEADLINE },
    });
  } catch {
    // The driver's own error shows the URL, and the password in it.
    throw new StoreError(
      "Cannot open the store: expected STORE to be postgres://user:password@host:port/database, " +
        "got a URL that cannot be read; characters such as % and @ of a password stand as %25 and %40",
    );
  }
}

function engine(sql: postgres.Sql): Engine {
  return {
    async read(keys) {
      const paths = keys.map(pathOf);
      const rows = await sql<Row[]>`
        select key, value, stamp from tandem_store
        where key in ${
        sql(paths)
      } and (expires_at is null or expires_at > now())`;
      const entries = new Map(rows.map((row) => [row.key, toEntry(row)]));
      return paths.map((path) => entries.get(path));
    },

    async list(prefix, { limit, reverse = false, before }: ListOptions = {}) {
      const start = `${pathOf(prefix)}/`;
      // "0" comes right after "/".
      const end = before === undefined ? `${pathOf(prefix)}0` : pathOf(before);
      const rows = await sql<Row[]>`
        select key, value, stamp from tandem_store
        where key >= ${start} and key < ${end} and (expires_at is null or expires_at > now())
        order by key ${reverse ? sql`desc` : sql`asc`}
        limit ${limit ?? null}`;
      return rows.map(toEntry);
    },

    write(write) {
      return sql.begin((turn) =>
        whileConnected(async () => {
          await takeTurn(turn);
          if (!await checksHold(turn, write)) return false;
          await change(turn, write);
          return true;
        })
      );
    },

    async close() {
      await sql.end({ timeout: 5 });
    },
  };
}

/**
 * Does work in a transaction. If the connection breaks, the promise never settles:
 * `begin` notices that by itself. After an error it would roll back on the broken
 * connection, which in Postgres.js 3.4.9 ends the process.
 */
async function whileConnected<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isBroken(error as DatabaseError)) throw error;
    return await new Promise(() => {});
  }
}

/** An error of the driver, the system or the database. */
interface DatabaseError extends Error {
  readonly code?: string;
  /** Present on the database's own errors. */
  readonly severity?: string;
}

/** Whether an error is the end of its connection. */
function isBroken({ code, severity }: DatabaseError): boolean {
  return severity === undefined ? code !== undefined : severity !== "ERROR";
}

async function createTable(sql: Sql): Promise<void> {
  await takeTurn(sql);
  await sql`create sequence if not exists tandem_stamp`;
  await sql`
    create table if not exists tandem_store (
      key text collate "C" primary key,
      value bytea not null,
      stamp bigint not null default nextval('tandem_stamp'),
      expires_at timestamptz
    )`;
}

/** Takes the lock of writers, until the end of the transaction. */
async function takeTurn(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`;
}

async function checksHold(sql: Sql, { checks = [] }: Write): Promise<boolean> {
  if (checks.length === 0) return true;
  const rows = await sql<Row[]>`
    select key, stamp from tandem_store
    where key in ${sql(checks.map(({ key }) => pathOf(key)))}
      and (expires_at is null or expires_at > now())`;
  const stamps = new Map(rows.map(({ key, stamp }) => [key, stamp]));
  return checks.every(({ key, stamp }) =>
    (stamps.get(pathOf(key)) ?? null) === stamp
  );
}

async function change(
  sql: Sql,
  { sets = [], deletes = [] }: Write,
): Promise<void> {
  if (deletes.length > 0) {
    await sql`delete from tandem_store where key in ${
      sql(deletes.map(pathOf))
    }`;
  }
  if (sets.some(({ expireIn }) => expireIn !== undefined)) {
    await sql`delete from tandem_store where expires_at <= now()`;
  }
  if (sets.length === 0) return;
  const rows = sets.map(({ key, value, expireIn }) => ({
    key: pathOf(key),
    value,
    expires_at: expireIn === undefined ? null : new Date(Date.now() + expireIn),
  }));
  await sql`
    insert into tandem_store ${sql(rows, "key", "value", "expires_at")}
    on conflict (key) do update set
      value = excluded.value,
      stamp = nextval('tandem_stamp'),
      expires_at = excluded.expires_at`;
}

function pathOf(key: Key): string {
  return key.join("/");
}

function toEntry({ key, value, stamp }: Row): Entry {
  return {
    key: key.split("/"),
    value: new Uint8Array(value),
    stamp: String(stamp),
  };
}
