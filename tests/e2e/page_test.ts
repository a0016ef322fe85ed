// The page in a browser: a visit by visit.ts to a server with the shipped weights.
// Ignored where there is no Chromium.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { shared } from "../shared.ts";
import { chromium } from "./chromium.ts";
import { startServer } from "./server.ts";
import type { Visit } from "./visit.ts";

const KEY = "visitor";
/** A photograph that the shipped model takes for a puncher. */
const PHOTOGRAPH = shared("office31/webcam/ring_binder/frame_0007.jpg");
/** Elsewhere, a drawing that it takes for a tape dispenser. */
const DRAWING = "page/amazon-mug-2.jpg";

/** Visits a server of its own; gives what was seen, and the hashes of its versions. */
async function visit(): Promise<{ visit: Visit; hashes: string[] }> {
  const folder = await Deno.makeTempDir();
  const server = await startServer(["run", "-A", "routes/start.ts"], {
    HOST: "127.0.0.1",
    PORT: "0",
    STORE: "memory",
    ADMIN_KEY: KEY,
  });
  try {
    let image = PHOTOGRAPH?.pathname;
    if (image === undefined) {
      image = `${folder}/drawing.jpg`;
      const drawing = await fetch(`${server.url}/${DRAWING}`);
      await Deno.writeFile(image, await drawing.bytes());
    }
    const label = PHOTOGRAPH === undefined ? "mug" : "ring binder";
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "tests/e2e/visit.ts", chromium!, server.url, KEY]
        .concat(image, label),
      cwd: new URL("../../", import.meta.url),
    }).output();
    const decoder = new TextDecoder();
    assertEquals(code, 0, decoder.decode(stderr));
    const { versions } = await (await fetch(`${server.url}/versions`)).json();
    return {
      visit: JSON.parse(decoder.decode(stdout)),
      hashes: versions.map(({ sha256 }: { sha256: string }) => sha256),
    };
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "a visitor drops an image, teaches it by keyboard, and takes it back",
  ignore: chromium === undefined,
  async fn(t) {
    const { visit: { steps, faults }, hashes } = await visit();
    const step = (name: string) => {
      assert(steps[name] !== undefined, name);
      return steps[name];
    };
    const [before, taught, past] = ["before", "taught", "past"].map(step) as [
      Visit["steps"][string],
      Visit["steps"][string],
      Visit["steps"][string],
    ];

    await t.step("what is no image is said to be none", () => {
      assertEquals(
        step("text").status,
        "That is not a JPEG, PNG, WebP or GIF image.",
      );
      assertEquals(step("text").bars, []);
      assertEquals([step("text").invites, before.invites], [true, false]);
    });

    await t.step(
      "a telephone's photograph of another type is named, with what to do",
      () => {
        assertMatch(
          step("phone").status,
          /^That is not a JPEG, .+ image\. It is HEIC: convert it .*JPEG.*\.$/,
        );
      },
    );

    await t.step("what is too large is said to be", () => {
      assertMatch(
        step("large").status,
        /^That image is too large for this server\./,
      );
    });

    await t.step("a correction moves the bars and makes a version", () => {
      assertEquals(step("start").versions, ["Version 0 as it was trained"]);
      assertEquals(before.bars.length, 5);
      assertMatch(taught.outcome, /^Learned: .*\n+.*In version 1\./);
      assertMatch(taught.outcome, /Right on \d+ held-out images: /);
      assertNotEquals(taught.bars, before.bars);
      assertEquals(taught.versions, [
        "Version 1 was taught",
        "Version 0 as it was trained",
      ]);
    });

    await t.step("an old version is looked through, and left again", () => {
      assertMatch(past.past, /^You are looking through version 0, /);
      assertEquals([past.bars, past.teaches], [before.bars, false]);
      const present = step("present");
      assertEquals([present.past, present.bars], ["", taught.bars]);
      assertEquals([present.teaches, present.versions], [
        true,
        taught.versions,
      ]);
    });

    await t.step("going back brings every figure back, and every bit", () => {
      assertMatch(step("undone").outcome, /^Back to version 0/);
      assertEquals(step("undone").bars, before.bars);
      assertEquals(step("undone").versions[0], "Version 2 is version 0 again");
      assertEquals(hashes.at(-3), hashes.at(-1));
    });

    await t.step("where somebody else was first, nothing is done", () => {
      const raced = step("raced");
      assertMatch(raced.status, /^Somebody else changed the model first\./);
      assertEquals(raced.versions[0], "Version 3 is version 1 again");
      assertEquals(raced.bars, taught.bars);
    });

    await t.step("a refusal says why, and changes nothing", () => {
      const refused = step("refused");
      assertMatch(refused.outcome, /^Not learned: mug/);
      assertMatch(refused.outcome, /Nothing was changed\.$/);
      assertEquals(refused.versions, step("raced").versions);
    });

    await t.step("a class needs an image, and a name of its own", () => {
      assertEquals(
        step("empty").dialog,
        "Take or add an image of it first.",
      );
      assertMatch(step("taken").dialog, /Cannot use the label mug: /);
      assertEquals(
        step("no image").dialog,
        "Image 4, notes.jpg: That is not a JPEG, PNG, WebP or GIF image.",
      );
    });

    await t.step("a class with a name that looks like markup is new", () => {
      const { outcome, versions } = step("class");
      assertStringIncludes(outcome, "New: <img src=x onerror=");
      assertStringIncludes(outcome, "Learned from 3 images, in version 4.");
      assertMatch(outcome, /Right on \d+ held-out images: /);
      assertEquals(versions[0], "Version 4 has other labels");
      assertEquals(hashes.at(-6), hashes.at(-4));
    });

    await t.step("without a connection it says so, until there is one", () => {
      assertMatch(step("offline").status, /^(You are offline|That drawing)/);
      assertEquals(step("online").status, "");
    });

    await t.step("names stay text, and nothing else goes wrong", () => {
      assertEquals(faults, {
        hosts: [],
        errors: [],
        violations: [],
        overflows: [],
        title: "Tandem: show it, correct it, take it back",
      });
    });
  },
});
