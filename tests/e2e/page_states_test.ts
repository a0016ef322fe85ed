// The page on servers that want keys, count requests or stop, and with heads of
// every kind: a visit by visit_states.ts. Ignored where there is no Chromium.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { chromium } from "./chromium.ts";
import { HOSTILE_LABEL, kindsModel, largePhotograph } from "./kinds.ts";
import { withFolder } from "./server.ts";
import type { StatesVisit } from "./visit_states.ts";

async function visit(
  body: (visit: StatesVisit) => Promise<void>,
): Promise<void> {
  await withFolder(kindsModel(), async ({ model, store }) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "tests/e2e/visit_states.ts", chromium!, model, store],
      cwd: new URL("../../", import.meta.url),
    }).output();
    const decoder = new TextDecoder();
    assertEquals(code, 0, decoder.decode(stderr));
    await body(JSON.parse(decoder.decode(stdout)));
  });
}

Deno.test({
  name: "the page says what is the matter, and goes on when it is over",
  ignore: chromium === undefined,
  fn: (t) =>
    visit(async ({ states, faults }) => {
      const of = (state: string) => {
        assert(states[state] !== undefined, state);
        return states[state];
      };

      await t.step("a key is asked for when it is needed, and says why", () => {
        assertEquals(
          of("closed").history,
          "The versions are shown once you have given a key.",
        );
        assertEquals(
          of("asked").reason,
          "The server lets only those with a key do this.",
        );
        assertEquals(
          of("no key").status,
          "Nothing was done: that needs a key.",
        );
        assertEquals(
          of("wrong key").reason,
          "The server does not know this key.",
        );
        assertEquals(
          of("lower key").reason,
          "The key in this tab may not do this. A key of FINETUNE_KEY or ADMIN_KEY may.",
        );
      });

      await t.step("with one, each kind of head is shown in its way", () => {
        const { heads, versions, switched } = of("predicted");
        assertEquals(versions, ["Version 0 as it was trained"]);
        assertEquals(Object.keys(heads), ["Place", "Worn", "Thing", "Width"]);
        assertMatch(heads.Place!, /studio\s+\d+\.\d\s%/);
        assertMatch(heads.Worn!, /^Worn\s+(yes|no) \d+\.\d\s%/);
        assertStringIncludes(heads.Worn!, switched);
        assertMatch(heads.Width!, /^Width\s+-?[\d.]+ ± [\d.]+ cm/);
        assertMatch(heads.Thing!, /^Thing\s+.+\s+\d+\.\d\s%/);
      });

      await t.step("a switch is turned, a number set, a label taught", () => {
        assertNotEquals(of("switched").switched, of("predicted").switched);
        assertMatch(of("switched").outcome, /^Learned: (yes|no) \(worn\)/);
        assertMatch(
          of("number").outcome,
          /^Learned: 31 \(width\)\s+In version/,
        );
        assertEquals(
          of("hostile").outcome.startsWith(`Learned: ${HOSTILE_LABEL} (thing)`),
          true,
        );
        assertEquals(of("hostile").versions.length, 4);
      });

      await t.step("what is searched for in vain is a new class", () => {
        assert(largePhotograph().length > 1_000_000); // than a body may have
        assertMatch(
          of("new class").outcome,
          /^New: tea pot \(thing\)\s+Learned from 2 images, in version 4\./,
        );
      });

      await t.step(
        "a server that stopped is said to have, and tried again",
        () => {
          assertMatch(of("stopped").status, /^The server does not answer\./);
          assertEquals(of("stopped").retry, true);
          // The server that is back does not know the prediction: the image was sent.
          assertMatch(of("back").outcome, /^Learned: (yes|no) \(worn\)/);
          assertEquals(of("back").status, "");
          assertEquals(of("back").versions.length, 6);
          assertEquals(of("back").switched, of("predicted").switched);
        },
      );

      await t.step(
        "what is too much is said to be, with when to try again",
        () => {
          assertMatch(
            of("limited").status,
            /^That is more than this key may do\. Try again in (a second|\d+ seconds)\./,
          );
          assertEquals(of("limited").retry, true);
        },
      );

      await t.step("labels stay text, and nothing else goes wrong", () => {
        const none = {
          hosts: [],
          errors: [],
          violations: [],
          overflows: [],
          title: "Tandem: show it, correct it, take it back",
        };
        assertEquals(faults, [none, none]);
      });
    }),
});
