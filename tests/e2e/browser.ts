/**
 * A visitor's browser: Chromium on the page of a server, with what visits have in
 * common. What must not be seen on any page is noted all along: requests to other
 * hosts, errors in the console, and what axe-core finds wrong in light and dark.
 *
 * @module
 */

/// <reference lib="dom" />

import axe from "axe-core";
import puppeteer, { type ElementHandle, type Page } from "puppeteer-core";

/** A file's name that would run, were it taken for markup. */
export const HOSTILE = "<img src=x onerror=document.title='run'>.jpg";

/** How long anything may take, in milliseconds: a machine may be busy. */
const PATIENCE = 60_000;
const WIDTH = 1280;
const NARROW = 360;
const HEIGHT = 900;
/** What every state is judged in: each width and each scheme once. */
const LOOKS = [[NARROW, "light"], [WIDTH, "dark"]] as const;

/** What no visit must have seen. */
export interface Faults {
  readonly hosts: readonly string[];
  readonly errors: readonly string[];
  readonly violations: readonly string[];
  /** States in which the page is too wide for a window of 360 pixels, by how many. */
  readonly overflows: readonly string[];
  /** Set to something else by a name that is taken for markup. */
  readonly title: string;
}

/** How a visit is made. */
export interface VisitOptions {
  /** The program. */
  readonly chromium: string;
  readonly url: string;
  /** Where to leave images of every state; nowhere if empty. */
  readonly folder: string;
}

/** A page that is being visited. */
export interface Visitor {
  readonly page: Page;
  /** Judges the page in a state, narrow and light, wide and dark. */
  judge(state: string): Promise<void>;
}

/** Visits the page; resolves to what was wrong with it. */
export async function visit(
  { chromium, url, folder }: VisitOptions,
  body: (visitor: Visitor) => Promise<void>,
): Promise<Faults> {
  const browser = await puppeteer.launch({
    executablePath: chromium,
    args: [
      // Containers run it as root, for whom there is no sandbox; it visits one page.
      "--no-sandbox",
      "--force-prefers-reduced-motion",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
    ],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.evaluateOnNewDocument(axe.source);
    const hosts = new Set<string>();
    const errors: string[] = [];
    const violations: string[] = [];
    const overflows: string[] = [];
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      // Answers that are no success are part of visits.
      const expected = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !expected) errors.push(message.text());
    });
    const judge = async (state: string) => {
      for (const [width, scheme] of LOOKS) {
        await page.setViewport({ width, height: HEIGHT });
        await page.emulateMediaFeatures([
          { name: "prefers-color-scheme", value: scheme },
        ]);
        const where = `${state}, ${width}, ${scheme}`;
        const found = await violationsOf(page);
        violations.push(...found.map((each) => `${where}: ${each}`));
        const excess = await page.evaluate(() =>
          document.documentElement.scrollWidth - innerWidth
        );
        if (excess > 0) overflows.push(`${where}: ${excess}`);
        if (folder !== "") await shoot(page, `${folder}/${where}.png`, width);
      }
      await page.setViewport({ width: WIDTH, height: HEIGHT });
    };
    await page.setViewport({ width: WIDTH, height: HEIGHT });
    await page.goto(url);
    await body({ page, judge });
    const { hostname } = new URL(url);
    return {
      hosts: [...hosts].filter((host) =>
        host !== "" && !host.startsWith(hostname)
      ),
      errors,
      violations,
      overflows,
      title: await page.title(),
    };
  } finally {
    await browser.close();
  }
}

/** Writes an image of the whole page. */
async function shoot(
  page: Page,
  path: `${string}.png`,
  width: number,
): Promise<void> {
  const height = await page.evaluate(() =>
    document.documentElement.scrollHeight
  );
  await page.setViewport({ width, height });
  await page.screenshot({ path });
}

/** What axe-core finds wrong. */
async function violationsOf(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: typeof import("axe-core");
    };
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target}`)
    );
  });
}

/** Waits until nothing is under way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.getElementById("status")!.dataset.kind !== "busy" &&
      document.querySelector("[aria-busy]") === null,
  );
}

/** A file to drop. */
export interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** How often the bytes follow each other. */
  readonly times?: number;
}

/** Drops files. */
export async function drop(
  page: Page,
  files: readonly Dropped[],
  kind: "drop" | "paste" = "drop",
): Promise<void> {
  await page.evaluate(
    (files, kind) => {
      const transfer = new DataTransfer();
      for (const { name, bytes, times } of files) {
        const parts = new Array(times).fill(Uint8Array.fromBase64(bytes));
        transfer.items.add(new File(parts, name));
      }
      document.dispatchEvent(
        kind === "drop"
          ? new DragEvent("drop", { dataTransfer: transfer, cancelable: true })
          : new ClipboardEvent("paste", { clipboardData: transfer }),
      );
    },
    files.map(({ name, bytes, times = 1 }) => ({
      name,
      bytes: bytes.toBase64(),
      times,
    })),
    kind,
  );
}

/** Moves the focus to an element, and presses a key. */
export async function press(
  page: Page,
  selector: string,
  key: "Enter" | "Space" = "Enter",
): Promise<void> {
  await page.focus(selector);
  await page.keyboard.press(key);
}

/** Types the key that the page asks for. */
export async function giveKey(page: Page, key: string): Promise<void> {
  await page.waitForSelector("#key-dialog[open]");
  await page.type("#key", key);
  await page.keyboard.press("Enter");
}

/** The text of an element; empty where it is hidden or none. */
export function textOf(page: Page, selector: string): Promise<string> {
  return page.evaluate((selector) => {
    const element = document.querySelector<HTMLElement>(selector);
    return element?.checkVisibility() ? element.innerText : "";
  }, selector);
}

/** The texts of all elements that there are. */
export function textsOf(page: Page, selector: string): Promise<string[]> {
  return page.evaluate(
    (selector) =>
      [...document.querySelectorAll<HTMLElement>(selector)].map((each) =>
        each.innerText
      ),
    selector,
  );
}

/** The input for files that a button opens. */
export async function fileInput(
  page: Page,
  selector: string,
): Promise<ElementHandle<HTMLInputElement>> {
  const found = await page.$(selector);
  return found as ElementHandle<HTMLInputElement>;
}
