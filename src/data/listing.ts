/**
 * The files under a folder. Names are compared in one Unicode form (NFC), since
 * one file system stores them as they were typed and another takes them apart.
 *
 * @module
 */

import { DataError } from "../errors.ts";

/** A file as it was found. */
export interface FoundFile {
  /** Names from the folder down, in NFC. */
  readonly names: readonly string[];
  /** The same names as they are on disk, with slashes between. */
  readonly path: string;
}

/** The contents of a folder, each list in the order of code units. */
export interface Listing {
  readonly files: readonly FoundFile[];
  /** Every folder in it that was read, as names in NFC. */
  readonly folders: readonly (readonly string[])[];
  /** Paths that were passed over. */
  readonly passedOver: {
    /** Names that are not UTF-8, by which nothing can be opened. */
    readonly mangled: readonly string[];
    /** Links to nothing. */
    readonly broken: readonly string[];
    /** Links to what is listed in its own place, or that lead in circles. */
    readonly repeated: readonly string[];
    /** Folders that may not be read. */
    readonly closed: readonly string[];
  };
}

/** Stands in names for bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * Lists the visible files at most `depth` names below a folder. Symbolic links
 * are followed, but nothing is listed twice: what is really in the folder comes
 * first, then what links lead to, link by link in the order of their names.
 *
 * @throws {DataError} If there is no such folder, or it may not be read.
 */
export async function listFolder(
  directory: string,
  depth = Infinity,
): Promise<Listing> {
  const walk = new Walk(directory, await realFolder(directory), depth);
  await walk.run();
  return walk.listing();
}

/** The real path of a folder that is there. */
async function realFolder(directory: string): Promise<string> {
  let isDirectory: boolean;
  try {
    isDirectory = (await Deno.stat(directory)).isDirectory;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw unreadable(directory, error);
    }
    throw new DataError(
      `Cannot read the data folder "${directory}": expected a folder, found nothing there`,
    );
  }
  if (isDirectory) return await Deno.realPath(directory);
  throw new DataError(
    `Cannot read the data folder "${directory}": expected a folder, found a file`,
  );
}

function unreadable(directory: string, cause: unknown): DataError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DataError(`Cannot read the folder "${directory}": ${message}`, {
    cause,
  });
}

/** One walk through a folder. */
class Walk {
  readonly #directory: string;
  readonly #root: string;
  readonly #depth: number;
  readonly #files: string[][] = [];
  readonly #folders: string[][] = [];
  /** Links that are still to be followed. */
  readonly #links: string[][] = [];
  /** Real paths of all files and folders so far. */
  readonly #seen = new Set<string>();
  readonly #mangled: string[] = [];
  readonly #broken: string[] = [];
  readonly #repeated: string[] = [];
  readonly #closed: string[] = [];

  constructor(directory: string, root: string, depth: number) {
    this.#directory = directory;
    this.#root = root;
    this.#depth = depth;
  }

  async run(): Promise<void> {
    await this.#visit([], this.#root);
    for (const link of this.#links) await this.#follow(link);
  }

  listing(): Listing {
    const files = this.#files.map((raw): FoundFile => ({
      names: raw.map((name) => name.normalize("NFC")),
      path: raw.join("/"),
    }));
    return {
      files: files.sort((a, b) => byNames(a.names, b.names)),
      folders: this.#folders
        .map((raw) => raw.map((name) => name.normalize("NFC"))).sort(byNames),
      passedOver: {
        mangled: this.#mangled.sort(),
        broken: this.#broken.sort(),
        repeated: this.#repeated.sort(),
        closed: this.#closed.sort(),
      },
    };
  }

  /** Lists a folder whose real path is `real`. */
  async #visit(names: string[], real: string): Promise<void> {
    this.#seen.add(real);
    if (names.length >= this.#depth) return;
    const entries = await this.#read(names);
    if (names.length > 0) this.#folders.push(names);
    for (const entry of entries) {
      const inner = [...names, entry.name];
      if (entry.name.startsWith(".")) continue;
      if (await this.#isMangled(inner)) this.#mangled.push(inner.join("/"));
      else if (entry.isSymlink) this.#links.push(inner);
      else if (entry.isFile) this.#addFile(inner, `${real}/${entry.name}`);
      else if (entry.isDirectory) {
        await this.#visit(inner, `${real}/${entry.name}`);
      }
    }
  }

  /** The entries of a folder, sorted; none where it may not be read. */
  async #read(names: string[]): Promise<Deno.DirEntry[]> {
    try {
      const entries = await Array.fromAsync(Deno.readDir(this.#at(names)));
      return entries.sort((a, b) => a.name < b.name ? -1 : 1);
    } catch (error) {
      if (names.length === 0) throw unreadable(this.#directory, error);
      this.#closed.push(names.join("/"));
      return [];
    }
  }

  async #follow(link: string[]): Promise<void> {
    let real: string;
    let target: Deno.FileInfo;
    try {
      real = await Deno.realPath(this.#at(link));
      target = await Deno.stat(real);
    } catch {
      this.#broken.push(link.join("/"));
      return;
    }
    const leadsUp = `${this.#root}/`.startsWith(`${real.replace(/\/$/, "")}/`);
    if (leadsUp || this.#seen.has(real)) this.#repeated.push(link.join("/"));
    else if (target.isFile) this.#addFile(link, real);
    else if (target.isDirectory) await this.#visit(link, real);
  }

  #addFile(names: string[], real: string): void {
    this.#seen.add(real);
    this.#files.push(names);
  }

  async #isMangled(names: string[]): Promise<boolean> {
    if (!names.at(-1)!.includes(REPLACEMENT)) return false;
    return await Deno.lstat(this.#at(names)).then(() => false, () => true);
  }

  #at(names: string[]): string {
    return [this.#directory, ...names].join("/");
  }
}

/** The order of code units, name by name. */
function byNames(a: readonly string[], b: readonly string[]): number {
  const i = a.findIndex((name, i) => name !== b[i]);
  if (i < 0) return a.length - b.length;
  return b[i] === undefined || a[i]! > b[i]! ? 1 : -1;
}
