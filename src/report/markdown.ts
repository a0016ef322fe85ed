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

/** A line that begins or ends a code block. */
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^#{1,6}(?=\s)/;

/**
 * The text with its headings, "# …", moved up or down together so that the
 * highest are of the given level. A comment in a code block is no heading.
 */
export function nestHeadings(text: string, level: number): string {
  const lines = text.split("\n");
  const depths = headingDepths(lines);
  const highest = Math.min(...depths.filter((depth) => depth > 0));
  return lines.map((line, n) => {
    const depth = depths[n]!;
    if (depth === 0) return line;
    const marks = Math.min(6, depth - highest + level);
    return "#".repeat(marks) + line.slice(depth);
  }).join("\n");
}

/** Level of the heading on each line; 0 where there is none. */
function headingDepths(lines: readonly string[]): number[] {
  let open: string | undefined;
  return lines.map((line) => {
    const fence = line.match(FENCE)?.[1];
    if (open === undefined) {
      open = fence;
      return line.match(HEADING)?.[0].length ?? 0;
    }
    if (fence?.startsWith(open)) open = undefined;
    return 0;
  });
}
