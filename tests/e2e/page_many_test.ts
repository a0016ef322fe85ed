// Many images on the page, by keyboard: a visit by visit_many.ts to a server of a
// small model. Ignored where there is no Chromium.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { task } from "../cli/task.ts";
import { chromium } from "./chromium.ts";
import { drawings, HOSTILE_LABEL, kindsModel } from "./kinds.ts";
import { hasProgram } from "./program.ts";
import { startServer, withFolder } from "./server.ts";
import type { ManyVisit } from "./visit_many.ts";

const KEY = "visitor";
const IMAGES = drawings();

/** Lays out files to show: twelve drawings, a text, and a JPEG that ends within its header. */
async function layOut(folder: string) {
  await Deno.mkdir(folder);
  for (const [name, bytes] of IMAGES) {
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
  await Deno.writeTextFile(`${folder}/notes.txt`, "not an image");
  const [, [, bottle]] = IMAGES as [unknown, [string, Uint8Array]];
  await Deno.writeFile(`${folder}/torn.jpg`, bottle.slice(0, 300));
}

async function visit(
  body: (visit: ManyVisit, archive: string) => Promise<void>,
): Promise<void> {
  await withFolder(kindsModel(), async ({ model }) => {
    const folder = model.replace(/\/[^/]*$/, "");
    await layOut(`${folder}/images`);
    const server = await startServer(["run", "-A", "routes/start.ts"], {
      HOST: "127.0.0.1",
      PORT: "0",
      STORE: "memory",
      MODEL: model,
      ADMIN_KEY: KEY,
    });
    try {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "tests/e2e/visit_many.ts"]
          .concat(chromium!, server.url, KEY, `${folder}/images`, folder),
        cwd: new URL("../../", import.meta.url),
      }).output();
      const decoder = new TextDecoder();
      assertEquals(code, 0, decoder.decode(stderr));
      const seen = JSON.parse(decoder.decode(stdout));
      await body(seen, `${folder}/corrections.zip`);
    } finally {
      await server.stop();
    }
  });
}

Deno.test({
  name: "a visitor labels many images by keyboard, teaches and takes them home",
  ignore: chromium === undefined,
  fn: (t) =>
    visit(async (seen, archive) => {
      const { tiles, places, columns, faults } = seen;
      const of = (state: string) => {
        assert(tiles[state] !== undefined, state);
        return tiles[state];
      };
      const files = [...IMAGES.map(([name]) => name), "notes.txt", "torn.jpg"]
        .sort();

      await t.step("each has its answer, or what is wrong with it", () => {
        assertEquals(of("many").map((text) => text.split("\n")[0]), files);
        for (const text of of("many")) {
          const [name, answer] = text.split("\n");
          assertMatch(
            answer!,
            name === "notes.txt"
              ? /^That is not a JPEG, PNG, WebP or GIF image\.$/
              : name === "torn.jpg"
              ? /^That image cannot be read\.$/
              : /^.+ \d+\.\d\s%$/,
          );
        }
      });

      await t.step("arrows lead from one to the next", () => {
        const last = files.length - 1;
        assertEquals(Object.values(places), [
          0, // where the focus is at first
          1,
          1 + columns,
          columns,
          last,
          last,
          last - columns,
          0,
          0, // after Escape
          1, // after a label was chosen
        ]);
      });

      await t.step("letters find labels, which stay text", () => {
        assertEquals(seen.found, ["ruler", HOSTILE_LABEL]);
      });

      await t.step("a label is set, and taken away", () => {
        const labelled = of("labelled").map((text) =>
          /Your label: (.*)/.exec(text)?.[1]
        );
        assertEquals(labelled.slice(0, 4), [
          undefined,
          undefined,
          undefined,
          "12.5",
        ]);
        assertEquals(seen.button, "Teach 3 images");
      });

      await t.step("all labels are taught at once", () => {
        assertMatch(seen.summary, /^Learned: 3 of 3 images\s+In version 1\./);
        assertMatch(of("taught")[0]!, /\nmug \d+\.\d\s%\nLearned$/);
        assertMatch(
          of("taught")[1]!,
          /\nsponge, "wet" \d+\.\d\s%\nLearned$/,
        );
        assertEquals(/Learned/.test(of("taught")[2]!), false);
      });

      await t.step("one is looked at closer", () => {
        assertEquals(seen.closer, files[1]);
      });

      await t.step("all is taken back at once, and can be looked at", () => {
        const answers = (texts: readonly string[]) =>
          texts.map((text) => text.split("\n")[1]);
        assertEquals(answers(of("undone")), answers(of("many")));
        assertEquals(answers(of("past")), answers(of("taught")));
        assertEquals(seen.pastTeaches, false);
        assertEquals(seen.versions, [
          "Version 2 is version 0 again",
          "Version 1 was taught",
          "Version 0 as it was trained",
        ]);
      });

      await t.step("pasted images come to the others", () => {
        const added = of("pasted").slice(files.length);
        assertEquals(added.length, 4);
        for (const text of added) {
          assertMatch(text, /^(<img src=x .*|again\.jpg)\n.+ \d+\.\d\s%$/);
        }
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

      await t.step("what was labelled is told", () => {
        assertEquals(seen.gathered, "You labelled 3 images in this tab.");
      });

      await t.step({
        name: "training reads what was taken home",
        ignore: !await hasProgram("python3"), // which unpacks it
        fn: () => readBack(archive, seen.command),
      });
    }),
});

/** Unpacks the archive and gives it to the command that the page names. */
async function readBack(archive: string, command: string) {
  const folder = archive.replace(/\/[^/]*$/, "");
  const unpacked = await new Deno.Command("python3", {
    args: ["-m", "zipfile", "-e", archive, folder],
  }).output();
  assertEquals(unpacked.code, 0, new TextDecoder().decode(unpacked.stderr));
  const table = await Deno.readTextFile(`${folder}/corrections/labels.csv`);
  assertEquals(
    table,
    [
      "file,thing,width",
      "images/1.jpg,mug,",
      'images/2.jpg,"sponge, ""wet""",',
      "images/3.jpg,,12.5",
      "",
    ].join("\n"),
  );
  assertEquals(
    await Deno.readFile(`${folder}/corrections/images/1.jpg`),
    IMAGES[0]![1],
  );
  assert(!command.includes(HOSTILE_LABEL));
  const [deno, run, ...args] = command.replace(
    "corrections",
    `${folder}/corrections`,
  ).split(" ");
  assertEquals([deno, run, args[0]], ["deno", "task", "train"]);
  const { code, stderr } = await task(
    ...args,
    "--epochs",
    "1",
    "--hidden",
    "4",
    "--out",
    `${folder}/trained.safetensors`,
  );
  assertEquals(code, 0, stderr);
}
