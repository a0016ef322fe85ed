// Training on another model's trunk, by the command line.

import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { loadState } from "../../src/cli/weights.ts";
import { withFolder } from "../data/images.ts";
import { folderOf, SMALL, task } from "./task.ts";

const FILES = {
  ...folderOf(["indoors", "outdoors"], ["mug", "pen"], 4),
  ...Object.fromEntries(
    Object.entries(folderOf(["indoors", "outdoors"], ["cup", "jar", "pot"], 4))
      .map(([name, bytes]) => [name.replace("data/", "other/"), bytes]),
  ),
};
const NO_WIDTH = SMALL.slice(2);

Deno.test("a model trains on another one's trunk, says so, and goes on in the same bytes", () =>
  withFolder(FILES, async (folder) => {
    const train = (data: string, out: string, ...more: string[]) =>
      task(
        "train",
        "--data",
        `${folder}/${data}`,
        "--out",
        `${folder}/${out}`,
        "--epochs",
        "2",
        "--json",
        ...more,
      );
    const source = await train("data", "source.safetensors", ...SMALL);
    assertEquals(source.code, 0, source.stderr);
    const from = ["--from", `${folder}/source.safetensors`, ...NO_WIDTH];

    const frozen = await train(
      "other",
      "frozen.safetensors",
      ...from,
      "--trunk",
      "frozen",
    );
    assertEquals(frozen.code, 0, frozen.stderr);
    assertStringIncludes(
      frozen.stderr,
      "Heads begin: domain with that model's weights, for the labels are the same; item with random ones.",
    );
    const card = await Deno.readTextFile(`${folder}/frozen.md`);
    const { sha256 } = JSON.parse(source.stdout);
    assertStringIncludes(card, `the model with SHA-256 ${sha256}, frozen`);
    const tuned = await train("other", "tuned.safetensors", ...from);
    assertEquals(tuned.code, 0, tuned.stderr);

    const [was, stayed, moved] = await Promise.all(
      ["source", "frozen", "tuned"].map((name) =>
        loadState(`${folder}/${name}.safetensors`)
      ),
    );
    const trunk = "trunk.0.weight";
    assertEquals(stayed!.parameters.get(trunk), was!.parameters.get(trunk));
    assertNotEquals(moved!.parameters.get(trunk), was!.parameters.get(trunk));
    assertEquals(stayed!.standardization, was!.standardization);
    assertEquals(moved!.standardization, was!.standardization);

    for (const more of [[], [...from, "--trunk", "frozen"]]) {
      const again = await train(
        "other",
        "again.safetensors",
        "--resume",
        `${folder}/frozen.safetensors`,
        ...more,
      );
      assertEquals(again.code, 0, again.stderr);
      assertEquals(
        JSON.parse(again.stdout).sha256,
        JSON.parse(frozen.stdout).sha256,
      );
    }

    const refused = async (
      code: number,
      message: string,
      ...more: string[]
    ) => {
      const result = await train("other", "none.safetensors", ...more);
      assertEquals(result.code, code, result.stderr);
      assertStringIncludes(result.stderr, message);
    };
    await refused(2, "expected --from FILE with --trunk", "--trunk", "frozen");
    await refused(
      2,
      "expected hidden layers of 16 units",
      ...from,
      "--hidden",
      "9",
    );
    await refused(2, "expected one of frozen, tuned", ...from, "--trunk", "x");
    await refused(
      2,
      "expected --input-dropout 0, got 0.5",
      ...from,
      "--trunk",
      "frozen",
      "--input-dropout",
      "0.5",
    );
    await refused(3, "expected a file at", "--from", `${folder}/none`);
    await refused(
      2,
      "expected from.trunk",
      ...from,
      "--trunk",
      "tuned",
      "--resume",
      `${folder}/frozen.safetensors`,
    );
  }));
