/** The repository's own files, and what its modules import. @module */

const ROOT = new URL("../", import.meta.url);

/** Folders that are not the repository's own. */
const SKIPPED = new Set([".git", ".data", "node_modules"]);

/** An import of one module by another. */
export interface Import {
  /** The importing file, from the root of the repository. */
  readonly from: string;
  /** A file of the repository by the same kind of path, or a bare specifier. */
  readonly to: string;
}

/** The paths of all files under `folder`, from the root of the repository. */
export function filesUnder(folder = ""): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (SKIPPED.has(name)) continue;
    if (isDirectory) found.push(...filesUnder(`${folder}${name}/`));
    else found.push(folder + name);
  }
  return found.sort();
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The statements that name another module: static, dynamic, and by URL for a worker. */
const IMPORTS = [
  /^(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"/gm,
  /^import\s*"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"\s*\)/g,
  /\bnew URL\(\s*"([^"]+\.ts)",\s*import\.meta\.url/g,
];

/** What the module at path `from` with the given source imports. */
export function importsOf(from: string, source: string): Import[] {
  const code = withoutComments(source);
  return IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)])
    .map(([, specifier = ""]) => ({ from, to: resolve(from, specifier) }));
}

/** Every file that `from` reaches, itself among them, and every bare specifier. */
export function reach(
  from: readonly string[],
  imports: readonly Import[],
): Set<string> {
  const reached = new Set(from);
  for (const path of reached) {
    for (const { from, to } of imports) if (from === path) reached.add(to);
  }
  return reached;
}

/** The source without its comments, strings left alone as far as lines go. */
export function withoutComments(source: string): string {
  return source.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const base = new URL(from, "file:///");
  return new URL(specifier, base).pathname.slice(1);
}
