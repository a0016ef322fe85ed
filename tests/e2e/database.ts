/** A PostgreSQL server of a test's own, to be stopped, frozen and killed. @module */

/** PostgreSQL refuses to run as root. */
const AS_POSTGRES = `as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
`;

async function bash(script: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `set -euo pipefail\n${AS_POSTGRES}${script}`],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (success) return text(stdout);
  throw new Error(`Cannot run ${script}: ${text(stderr)} ${text(stdout)}`);
}

/** Whether PostgreSQL's programs are here. */
export async function hasPostgres(): Promise<boolean> {
  try {
    await bash(`"$bin/initdb" --version`);
    return true;
  } catch {
    console.log(
      "PostgreSQL is not installed: it cannot be stopped and frozen.",
    );
    return false;
  }
}

/** A server on a free port of 127.0.0.1, with a folder of its own. */
export class Database {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** Makes one and starts it. */
  static async create(): Promise<Database> {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const folder = await Deno.makeTempDir();
    await bash(`mkdir "${folder}/data"
      chmod 711 "${folder}"
      [ "$(id -u)" -ne 0 ] || chown postgres "${folder}/data"
      as_postgres "$bin/initdb" -D "${folder}/data" -U postgres -A trust`);
    const database = new Database(folder, port);
    await database.start();
    return database;
  }

  /** As STORE takes it. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it; after a kill its former processes have to be gone first. */
  async start(): Promise<void> {
    const options =
      `-c listen_addresses=127.0.0.1 -p ${this.port} -k ${this.#data}`;
    await bash(`for try in $(seq 50); do
        as_postgres "$bin/pg_ctl" -D "${this.#data}" -l "${this.#data}/log" -w -o "${options}" start > /dev/null && exit 0
        sleep 0.2
      done
      tail "${this.#data}/log"
      exit 1`);
  }

  /** Ends it: "fast" lets it clean up, "immediate" does not. */
  async stop(mode: "fast" | "immediate" = "fast"): Promise<void> {
    await bash(
      `as_postgres "$bin/pg_ctl" -D "${this.#data}" -m ${mode} -w stop`,
    );
  }

  /** Sends its processes a signal: STOP freezes, CONT thaws, KILL ends them where they are. */
  async signal(name: "STOP" | "CONT" | "KILL"): Promise<void> {
    await bash(`first=$(head -n 1 "${this.#data}/postmaster.pid")
      kill -${name} "$first" $(ps -o pid= --ppid "$first") || [ ${name} = KILL ]`);
  }

  /** Ends it, and removes its folder. */
  async remove(): Promise<void> {
    await this.stop("immediate").catch(() => {}); // it may be stopped already
    await Deno.remove(this.folder, { recursive: true });
  }

  get #data(): string {
    return `${this.folder}/data`;
  }
}
