/**
 * A visit to the page of a running server, in Chromium: prints as JSON what was
 * seen. It is a program of its own because it needs more permissions than tests.
 *
 *     deno run -A tests/e2e/visit.ts CHROMIUM URL KEY IMAGE LABEL [FOLDER]
 *
 * It corrects IMAGE to LABEL, an item that is not the model's first answer. With a
 * folder, images of the page are left there.
 *
 * @module
 */

/// <reference lib="dom" />

import axe from "axe-core";
import puppeteer, { type Page } from "puppeteer-core";

const [
  executablePath = "",
  url = "",
  key = "",
  image = "",
  label = "",
  folder,
] = Deno.args;
/** A file's name that would run, were it taken for markup. */
const HOSTILE = "<img src=x onerror=document.title='run'>.jpg";

/** What the page shows. */
export interface Seen {
  readonly status: string;
  readonly outcome: string;
  /** Of the item head, each bar's label and probability. */
  readonly bars: readonly (readonly string[])[];
  /** Titles of the versions, newest first. */
  readonly versions: readonly string[];
}

/** What a visit saw, step by step, and what it must not have seen. */
export interface Visit {
  readonly steps: Readonly<Record<string, Seen>>;
  readonly title: string;
  readonly hosts: readonly string[];
  readonly errors: readonly string[];
  readonly violations: readonly string[];
  /** Pixels by which the page is too wide for a window of 360. */
  readonly overflow: number;
}

const browser = await puppeteer.launch({
  executablePath,
  // Containers run it as root, for whom there is no sandbox; it visits one page.
  args: ["--no-sandbox", "--force-prefers-reduced-motion"],
});
const page = await browser.newPage();
const hosts = new Set<string>();
const errors: string[] = [];
const violations: string[] = [];
const steps: Record<string, Seen> = {};
page.on("request", (request) => hosts.add(new URL(request.url()).host));
page.on("pageerror", (error) => errors.push(String(error)));
page.on("console", (message) => {
  // Answers that are no success are part of the visit.
  const expected = message.text().startsWith("Failed to load resource");
  if (message.type() === "error" && !expected) errors.push(message.text());
});
try {
  await visit(page);
  const { hostname } = new URL(url);
  const others = [...hosts].filter((host) =>
    host !== "" && !host.startsWith(hostname)
  );
  await page.setViewport({ width: 360, height: 800 });
  const overflow = await page.evaluate(() =>
    document.documentElement.scrollWidth - innerWidth
  );
  const seen: Visit = {
    steps,
    title: await page.title(),
    hosts: others,
    errors,
    violations,
    overflow,
  };
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}

async function visit(page: Page) {
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(url);
  await page.waitForSelector("#versions li");
  await look("start");
  await drop(page, new TextEncoder().encode("not an image"), "text.txt");
  await settled(page);
  await look("text");
  await drop(page, await Deno.readFile(image), HOSTILE);
  await page.waitForSelector(".head");
  await settled(page);
  await look("before");
  await teach(page, label);
  await page.waitForSelector("#key-dialog[open]");
  await page.type("#key", key);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#undo");
  await settled(page);
  await look("taught");
  await byKeyboard(page, "#undo");
  await page.waitForSelector("#undo", { hidden: true });
  await settled(page);
  await look("undone");
  await otherWriter();
  await teach(page, label);
  await settled(page);
  await look("raced");
  await byKeyboard(page, '[data-sample="amazon-scissors-2.jpg"]');
  await page.waitForSelector('#preview[alt="The drawing"]');
  await settled(page);
  await teach(page, "mug");
  await settled(page);
  await look("refused");
  await page.setOfflineMode(true);
  await teach(page, "mug");
  await settled(page);
  await look("offline");
}

/** Moves the focus to an element, and presses Enter. */
async function byKeyboard(page: Page, selector: string) {
  await page.focus(selector);
  await page.keyboard.press("Enter");
}

/** Searches for a label of the item head, goes to the bar before the search, and presses Enter. */
async function teach(page: Page, label: string) {
  const field = 'section[aria-label="item"] input';
  await page.waitForSelector(field);
  await page.type(field, label);
  await page.keyboard.down("Shift");
  await page.keyboard.press("Tab");
  await page.keyboard.up("Shift");
  await page.keyboard.press("Enter");
}

/** Waits until nothing is under way, and the bars are where they belong. */
async function settled(page: Page) {
  await page.waitForFunction(
    () =>
      document.getElementById("status")!.dataset.kind !== "busy" &&
      document.querySelector("[aria-busy]") === null,
    { timeout: 20_000 },
  );
}

async function drop(page: Page, bytes: Uint8Array, name: string) {
  await page.evaluate(
    (bytes, name) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name));
      document.dispatchEvent(
        new DragEvent("drop", { dataTransfer: transfer, cancelable: true }),
      );
    },
    [...bytes],
    name,
  );
}

/** Goes back to version 1 behind the page's back. */
async function otherWriter() {
  const response = await fetch(`${url}/rollback`, {
    method: "POST",
    body: JSON.stringify({ version: 1 }),
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${key}`,
    },
  });
  if (!response.ok) throw new Error(await response.text());
  await response.body?.cancel();
}

async function look(step: string) {
  steps[step] = await page.evaluate(() => {
    const texts = (selector: string) =>
      [...document.querySelectorAll(selector)].map((each) =>
        each.textContent ?? ""
      );
    const shown = (id: string) => {
      const element = document.getElementById(id)!;
      return element.hidden ? "" : element.textContent ?? "";
    };
    const bars = document.querySelectorAll('section[aria-label="item"] .bar');
    return {
      status: shown("status"),
      outcome: shown("outcome"),
      bars: [...bars].map((bar) =>
        [".name", ".share"].map((part) =>
          bar.querySelector(part)?.textContent ?? ""
        )
      ),
      versions: texts("#versions .title"),
    };
  });
  await judge(step);
  if (folder === undefined) return;
  for (const width of [1280, 360]) {
    for (const value of ["light", "dark"]) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{
        name: "prefers-color-scheme",
        value,
      }]);
      const path = `${folder}/${step}-${width}-${value}.png` as const;
      await page.screenshot({ path, fullPage: true });
    }
  }
  await page.setViewport({ width: 1280, height: 900 });
}

/** What axe-core finds wrong, in light and in dark. */
async function judge(step: string) {
  for (const value of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: typeof import("axe-core");
      };
      const { violations } = await axe.run();
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => `${id}: ${target}`)
      );
    });
    violations.push(...found.map((each) => `${step}, ${value}: ${each}`));
  }
}
