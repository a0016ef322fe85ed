/** GET /openapi.json, and GET /docs, the page that shows it. @module */

import { Hono } from "hono/quick";
import { openApiDocument } from "./openapi/document.ts";
import { operationsOf } from "./openapi/operations.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem } from "./problem.ts";
import { noQuery } from "./query.ts";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tandem: HTTP API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/page.css">
<script src="docs/swagger-ui-bundle.js" defer></script>
<script src="docs/page.js" defer></script>
</head>
<body><main id="page"></main></body>
</html>
`;

const SCRIPT = `const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () =>
  document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  defaultModelsExpandDepth: -1,
  deepLinking: true,
  validatorUrl: null,
  // It looks for this where files are a list, and then does without.
  plugins: [{ components: { JsonSchema_string_binary: () => null } }],
});
`;

const STYLE = `body { margin: 0; background: Canvas; }
`;

/** Only what this server serves; the page's styles are partly attributes. */
const POLICY = "default-src 'none'; script-src 'self'; " +
  "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const DAY = "public, max-age=86400";

/** Describes the API, for machines and for people. */
export function docsRoutes({ service, limits, keys }: RouteOptions): Hono {
  return new Hono()
    .get("/openapi.json", noQuery(), async (c) => {
      const open = await service();
      // While no store answers, the labels are those that were last known.
      const { heads } = await open.served().catch(() => open);
      const operations = operationsOf({ heads, limits });
      const document = openApiDocument(operations, keys.predict !== undefined);
      return c.json(document, 200, { "Cache-Control": "no-cache" });
    })
    .all("/openapi.json", onlyMethods("GET"))
    .get("/docs", noQuery(), (c) =>
      c.html(PAGE, 200, {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-cache",
      }))
    .all("/docs", onlyMethods("GET"))
    .get("/docs/:file", noQuery(), async (c) => {
      const name = c.req.param("file");
      const type = name.endsWith(".css") ? "text/css" : "text/javascript";
      return c.body(await readPart(name), 200, {
        "Content-Type": `${type}; charset=utf-8`,
        "Cache-Control": DAY,
      });
    })
    .all("/docs/:file", onlyMethods("GET"));
}

async function readPart(name: string): Promise<string> {
  switch (name) {
    case "page.js":
      return SCRIPT;
    case "page.css":
      return STYLE;
    case "swagger-ui-bundle.js":
    case "swagger-ui.css": {
      const { default: folder } = await import(
        "swagger-ui-dist/absolute-path.js"
      );
      return await Deno.readTextFile(`${folder()}/${name}`);
    }
    default:
      throw problem(
        404,
        `Cannot find /docs/${name}: the page has no such file`,
      );
  }
}
