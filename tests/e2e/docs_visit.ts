/**
 * A visit to /docs of a running server, in Chromium: tries a prediction, and prints
 * as JSON what was seen. It is a program of its own because it needs more
 * permissions than tests.
 *
 *     deno run -A tests/e2e/docs_visit.ts CHROMIUM URL IMAGE
 *
 * @module
 */

/// <reference lib="dom" />

import puppeteer, { type ElementHandle } from "puppeteer-core";

const [executablePath = "", url = "", image = ""] = Deno.args;

/** What a visit saw. */
export interface DocsVisit {
  /** The status that the page shows of the answer. */
  readonly status: string;
  readonly answer: string;
  /** Hosts that were asked besides the server's. */
  readonly hosts: readonly string[];
  /** Everything on the console, and every error. */
  readonly console: readonly string[];
}

const browser = await puppeteer.launch({
  executablePath,
  // Containers run it as root, for whom there is no sandbox; it visits one page.
  args: ["--no-sandbox"],
});
try {
  const page = await browser.newPage();
  const hosts = new Set<string>();
  const said: string[] = [];
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on(
    "console",
    (message) => said.push(`${message.type()}: ${message.text()}`),
  );
  await page.goto(`${url}/docs`);
  const operation = "#operations-Model-predict";
  await page.locator(`${operation} .opblock-summary-control`).click();
  await page.locator(`${operation} .try-out__btn`).click();
  await page.waitForSelector(`${operation} input[type=file]`);
  const input = await page.$(`${operation} input[type=file]`);
  await (input as ElementHandle<HTMLInputElement>).uploadFile(image);
  await page.locator(`${operation} .execute`).click();
  await page.waitForSelector(`${operation} .live-responses-table`);
  const text = (selector: string) =>
    page.$eval(selector, (element) => element.textContent ?? "");
  const table = `${operation} .live-responses-table .response`;
  const visit: DocsVisit = {
    status: await text(`${table} .response-col_status`),
    answer: await text(`${table} .response-col_description pre`),
    hosts: [...hosts].filter((host) =>
      host !== "" && host !== new URL(url).host
    ),
    console: said,
  };
  console.log(JSON.stringify(visit));
} finally {
  await browser.close();
}
