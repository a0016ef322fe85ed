/** Pieces of Markdown. @module */

/** A table of plain text. */
export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(headings),
    line(headings.map(() => "---")),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ].join("\n");
}

/** Text on one line, with nothing in it that Markdown or HTML would read as its own. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>#|~&]/g, (character) => `\\${character}`);
}

/** A shell command, in a fence longer than any in it. */
export function codeBlock(command: string): string {
  const longest = Math.max(
    2,
    ...Array.from(command.matchAll(/`+/g), ([run]) => run.length),
  );
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${command}\n${fence}`;
}
