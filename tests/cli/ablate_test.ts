import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import { withFolder } from "../data/images.ts";
import { command, folderOf, SMALL, task } from "./task.ts";

const FILES = folderOf(["indoors", "outdoors"], ["mug", "pen"], 8);

Deno.test("ablate's whole recipe is train's, its tables are a card's appendix", () =>
  withFolder(FILES, async (folder) => {
    const recipe = ["--data", `${folder}/data`, "--epochs", "3", ...SMALL];
    const tables = `${folder}/made/ablation.md`;
    const { code, stdout, stderr } = await task(
      ...["ablate", ...recipe, "--seeds", "2", "--only", "mixup"],
      ...["--out", tables, "--json"],
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "without mixup, seed 1");
    const { whole, pieces } = JSON.parse(stdout);
    assertEquals(pieces.map(({ name }: { name: string }) => name), [
      "without mixup",
    ]);

    const trained = await task(
      ...["train", ...recipe, "--seed", "1", "--json"],
      ...["--out", `${folder}/a.safetensors`, "--appendix", tables],
    );
    assertEquals(trained.code, 0, trained.stderr);
    const { images, domain, item } = JSON.parse(trained.stdout).test;
    assertGreater(images, 0);
    assertEquals(whole[1].calibrated, { domain, item });
    assert(item.loss !== whole[0].calibrated.item.loss);

    const text = await Deno.readTextFile(tables);
    assertStringIncludes(
      text,
      `ablate --data ${folder}/data --epochs 3 ${SMALL.join(" ")} --seeds 2 ` +
        `--only mixup --out ${tables}\n`,
    );
    const card = await Deno.readTextFile(`${folder}/a.md`);
    assert(card.endsWith(`\n\n#${text}`));
    assertStringIncludes(card, `--appendix ${tables}\n`);
  }));

Deno.test("an ablation that is interrupted exits 130", () =>
  withFolder(FILES, async (folder) => {
    const child = command([
      ...["ablate", "--data", `${folder}/data`, "--epochs", "4000", ...SMALL],
    ]).spawn();
    let said = "";
    for await (
      const text of child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      const training = said.includes("Training");
      said += text;
      if (!training && said.includes("Training")) child.kill("SIGINT");
    }
    await child.stdout.cancel();
    assertEquals((await child.status).code, 130, said);
    assertStringIncludes(said, "Interrupted.");
  }));

Deno.test("ablate says what it wants before it begins", async () => {
  const refuse = async (args: string[], message: string) => {
    const { code, stdout, stderr } = await task(...args);
    assertEquals(code, 2, stderr);
    assertEquals(stdout, "");
    assertStringIncludes(stderr, message);
  };
  await refuse(["ablate", "--only", "magic"], "trunk of 256, ");
  await refuse(["ablate", "--seeds", "0"], "expected a whole number ≥ 1");
  await refuse(["ablate", "--split", "95/5/0"], "--split with test images");
  await refuse(["ablate", "--seed", "1"], "Cannot understand --seed");
  await refuse(
    ["train", "--appendix", "missing.md"],
    'Cannot read --appendix: expected a text file, got "missing.md"',
  );
});
