/** Lists as sentences have them. @module */

import type { HeadSpec } from "../heads/kinds.ts";

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The heads in words: "domain (3 classes), price (number, EUR)". */
export function headsInWords(heads: readonly HeadSpec[]): string {
  return heads.map((head) => {
    switch (head.kind) {
      case "classes":
        return `${head.name} (${head.labels.length} classes)`;
      case "binary":
        return `${head.name} (yes or no)`;
      case "number":
        return `${head.name} (number${head.unit ? `, ${head.unit}` : ""})`;
    }
  }).join(", ");
}
