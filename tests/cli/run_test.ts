// A training run loses no model, however it ends.

import { dirname, resolve } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  nameRunFiles,
  reserveCheckpoint,
  tryRunFiles,
} from "../../src/cli/run_files.ts";
import { loadState } from "../../src/cli/weights.ts";
import { withFolder } from "../data/images.ts";
import { command, folderOf, type Result, SMALL, task } from "./task.ts";

const FILES = folderOf(["indoors", "outdoors"], ["mug", "pen", "ruler"], 4);

/** A run of some seconds, or of as many epochs. */
const trainFlags = (folder: string, out: string, epochs = 2000) => [
  "train",
  "--data",
  `${folder}/data`,
  "--out",
  `${folder}/${out}`,
  "--epochs",
  `${epochs}`,
  "--seed",
  "3",
  "--json",
  ...SMALL,
];

/** Runs a command, sends the signals as soon as it trains, and says how it ended. */
function stopped(
  args: string[],
  signals: readonly Deno.Signal[],
): Promise<Result> {
  return disturbed(args, (child) => {
    for (const signal of signals) child.kill(signal);
  });
}

/** Runs a command, does something as soon as it trains, and says how it ended. */
async function disturbed(
  args: string[],
  disturb: (child: Deno.ChildProcess) => void,
): Promise<Result> {
  const child = command(args).spawn();
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  let sent = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    if (sent || !stderr.includes("Training")) continue;
    sent = true;
    disturb(child);
  }
  const { code } = await child.status;
  return { code, stderr, stdout: await stdout };
}

/** Names of the files in a folder, but for the data. */
function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name !== "data").sort();
}

Deno.test("a run that is interrupted saves beside the model, and ends in the same bytes by the command it names", () =>
  withFolder(FILES, async (folder) => {
    const straight = await task(...trainFlags(folder, "straight.safetensors"));
    assertEquals(straight.code, 0, straight.stderr);

    const out = `${folder}/model.safetensors`;
    await Deno.writeTextFile(out, "the model before");
    const { code, stderr, stdout } = await stopped(
      trainFlags(folder, "model.safetensors"),
      ["SIGINT"],
    );
    assertEquals(code, 130, stderr);
    assertEquals(await Deno.readTextFile(out), "the model before");
    const checkpoint = `${folder}/model.run.safetensors`;
    assertEquals(JSON.parse(stdout).weights, checkpoint);
    assertStringIncludes(stderr, `saved to ${checkpoint}`);

    const [, hint] = stderr.match(/^Resume with: deno task (.*)$/m)!;
    const words = hint!.split(" ");
    assertEquals(words.slice(-2), ["--resume", checkpoint]);
    const resumed = await task(...words, "--json");
    assertEquals(resumed.code, 0, resumed.stderr);
    const { sha256, weights } = JSON.parse(resumed.stdout);
    assertEquals(weights, out);
    assertEquals(sha256, JSON.parse(straight.stdout).sha256);
    assert(!namesIn(folder).includes("model.run.safetensors"));

    const changed = await task(
      ...trainFlags(folder, "other.safetensors"),
      "--resume",
      out,
      "--learning-rate",
      "0.5",
    );
    assertEquals(changed.code, 2);
    assertStringIncludes(
      changed.stderr,
      "expected recipe.learningRate 0.001 as at the start",
    );
  }));

for (
  const signals of [
    ["SIGINT", "SIGINT"],
    ["SIGTERM"],
    ["SIGHUP"],
    ["SIGHUP", "SIGTERM", "SIGINT"],
  ] as const
) {
  Deno.test(`a run that gets ${signals.join(" and ")} saves`, () =>
    withFolder(FILES, async (folder) => {
      const { code, stderr } = await stopped(
        [...trainFlags(folder, "m.safetensors", 1e5), "--moments", "heads"],
        signals,
      );
      assertEquals(code, 130, stderr);
      assertEquals(namesIn(folder), ["m.run.safetensors"]);
      const state = await loadState(`${folder}/m.run.safetensors`);
      assertEquals(
        [...state.moments.keys()],
        [...state.parameters.keys()],
        "all moments, or it could not go on",
      );
    }));
}

Deno.test("divergence exits 4 with the last good state saved beside the model", () =>
  withFolder(FILES, async (folder) => {
    const { code, stderr } = await task(
      ...trainFlags(folder, "m.safetensors"),
      "--optimizer",
      "sgd",
      "--learning-rate",
      "1e30",
    );
    assertEquals(code, 4, stderr);
    assertStringIncludes(stderr, "expected a finite loss and gradient");
    assertEquals(namesIn(folder), ["m.run.safetensors"]);
  }));

Deno.test("a finished run says what it reached, how few images that rests on, and what is next", () =>
  withFolder(FILES, async (folder) => {
    const flags = trainFlags(folder, "m.safetensors")
      .filter((flag) => flag !== "--json");
    const { code, stdout, stderr } = await task(
      ...flags,
      "--epochs",
      "2",
      "--head-weights",
      "item=0.5",
    );
    assertEquals(code, 0, stderr);
    const { training } = await loadState(`${folder}/m.safetensors`);
    const { plan } = training as { plan: { headWeights: unknown } };
    assertEquals(plan.headWeights, { item: 0.5 });
    for (
      const text of [
        "  item    accuracy ",
        "95% interval ",
        "; only ",
        `read its model card      ${folder}/m.md`,
        `MODEL=${folder}/m.safetensors deno task start`,
        `--resume ${folder}/m.safetensors --report report.html`,
      ]
    ) assertStringIncludes(stdout, text);
  }));

Deno.test("a network that no memory holds is refused before its size is tried on the disk", () =>
  withFolder(FILES, async (folder) => {
    const train = trainFlags(folder, "m.safetensors");
    for (const size of [["--hidden", "9999999"], ["--batch-size", "999999"]]) {
      const { code, stderr } = await task(...train, ...size);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "expected at most 4 GiB, got ");
      assertStringIncludes(stderr, `a smaller --batch-size\n`);
    }
    assertEquals(namesIn(folder), []);
  }));

Deno.test("what cannot be written is said before anything is computed", () =>
  withFolder({ ...FILES, "folder/x": new Uint8Array() }, async (folder) => {
    const refuse = async (flags: string[], message: string) => {
      const { code, stderr } = await task(
        ...trainFlags(folder, "m.safetensors"),
        ...flags,
      );
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
      assert(!stderr.includes("Describing"), stderr);
    };
    await refuse(
      ["--out", `${folder}/folder`],
      `Cannot write --out: expected a file that can be written, got "${folder}/folder": it is a folder`,
    );
    await refuse(
      ["--out", `${folder}/folder/x/m.safetensors`],
      "Cannot write --out",
    );
    const pipe = `${folder}/folder/pipe`;
    await new Deno.Command("bash", { args: ["-c", `mkfifo '${pipe}'`] })
      .output();
    await refuse(["--out", pipe], "it is a device or a pipe");
    await refuse(["--report", `${folder}/folder`], "Cannot write --report");
    await Deno.mkdir(`${folder}/m.md`);
    await refuse([], "Cannot write the model card");
    assertEquals(namesIn(folder), ["folder", "m.md"]);
  }));

Deno.test("a checkpoint takes the place of the one its run goes on from, and of no other", () =>
  withFolder({}, async (folder) => {
    const model = `${folder}/m.safetensors`;
    const checkpointOf = (resumed?: string) =>
      reserveCheckpoint(nameRunFiles(model, undefined, resumed));
    const [first, second] = [1, 2].map((n) =>
      `${folder}/m.run${n === 1 ? "" : n}.safetensors`
    ) as [string, string];
    const others = nameRunFiles(
      `${folder}/other.safetensors`,
      undefined,
      first,
    );
    assertEquals(others.checkpoint, undefined);
    // Two runs that began before either had a checkpoint.
    assertEquals(
      (await Promise.all([checkpointOf(), checkpointOf()])).sort(),
      [second, first].sort(),
    );
    assertEquals(
      resolve(await checkpointOf(`${folder}/./m.run.safetensors`)),
      first,
    );
    assertEquals(await checkpointOf(second), second);
  }));

Deno.test("trying whether files can be written leaves nothing behind and what is there alone", () =>
  withFolder({}, async (folder) => {
    const files = nameRunFiles(
      `${folder}/new/m.safetensors`,
      `${folder}/r.html`,
      undefined,
    );
    await Deno.writeTextFile(files.report!, "an older report");
    await tryRunFiles(files, 3_000_000);
    assertEquals(namesIn(folder), ["new", "r.html"]);
    assertEquals(namesIn(`${folder}/new`), []);
    assertEquals(await Deno.readTextFile(files.report!), "an older report");
  }));

Deno.test("images that are removed while a run trains are missing in its report, and nothing else", () =>
  withFolder(FILES, async (folder) => {
    const report = `${folder}/report.html`;
    const { code, stderr } = await disturbed(
      [...trainFlags(folder, "m.safetensors", 200), "--report", report],
      () => Deno.removeSync(`${folder}/data/indoors`, { recursive: true }),
    );
    assertEquals(code, 0, stderr);
    assertEquals(namesIn(folder), ["m.md", "m.safetensors", "report.html"]);
    assertStringIncludes(
      await Deno.readTextFile(report),
      "The image was removed, or damaged, during the run.",
    );
  }));

Deno.test("a run whose folder is gone at its end saves all of its files elsewhere", () =>
  withFolder({ ...FILES, "out/x": new Uint8Array() }, async (folder) => {
    const out = `${folder}/out`;
    const flags = trainFlags(folder, "out/m.safetensors", 200)
      .filter((flag) => flag !== "--json");
    const { code, stdout, stderr } = await disturbed(
      [...flags, "--report", `${out}/r.html`],
      () => Deno.removeSync(out, { recursive: true }),
    );
    assertEquals(code, 1, stderr);
    const places = ["m.safetensors", "m.md", "r.html"].map((name) => {
      const [, place] = stderr.match(
        new RegExp(`Cannot write ${out}/${name}: .* Saved to (.*) instead\\.`),
      )!;
      assertStringIncludes(stdout, place!);
      return place!;
    });
    const [model, card, report] = places as [string, string, string];
    assert((await loadState(model)).parameters.size > 0);
    assertStringIncludes(await Deno.readTextFile(card), "# Model card");
    assertStringIncludes(await Deno.readTextFile(report), "</html>");
    for (const place of places) {
      await Deno.remove(dirname(place), { recursive: true });
    }
  }));
