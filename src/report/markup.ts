/**
 * Markup as a value. Whatever is put into a template is escaped unless it is
 * markup itself: label names are folder names, and a folder may be called
 * `<script>`.
 *
 * @module
 */

/** Text that is HTML or SVG already. */
export interface Markup {
  readonly html: string;
}

/** Content of a template: text to escape, numbers, markup, lists of these, or nothing. */
export type Content =
  | string
  | number
  | Markup
  | undefined
  | false
  | readonly Content[];

/** Markup from a template literal. */
export function markup(
  parts: TemplateStringsArray,
  ...contents: readonly Content[]
): Markup {
  return {
    html: parts.reduce((text, part, i) =>
      text + markupOf(contents[i - 1]) + part
    ),
  };
}

function markupOf(content: Content): string {
  if (content === undefined || content === false) return "";
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  if ("html" in content) return content.html;
  return content.map(markupOf).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it must stand in an element or a quoted attribute. */
function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
