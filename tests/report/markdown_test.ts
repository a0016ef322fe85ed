import { assertEquals } from "@std/assert";
import { nestHeadings } from "../../src/report/markdown.ts";

Deno.test("headings move together, so that the highest have the level", () => {
  assertEquals(
    nestHeadings("# A\n\ntext # 1\n\n## B\n\n#hash\n\n# C", 2),
    "## A\n\ntext # 1\n\n### B\n\n#hash\n\n## C",
  );
  assertEquals(nestHeadings("### A\n#### B", 2), "## A\n### B");
  assertEquals(nestHeadings("# A\n###### B", 3), "### A\n###### B");
  assertEquals(nestHeadings("no heading\n", 2), "no heading\n");
});

Deno.test("a comment in a code block is no heading", () => {
  const code = "````sh\n# not this\n```\n## nor this\n````";
  const tildes = "~~~\n# nor that\n```\n~~~";
  assertEquals(
    nestHeadings(`## A\n${code}\n${tildes}\n### B`, 3),
    `### A\n${code}\n${tildes}\n#### B`,
  );
});
