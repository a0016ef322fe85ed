import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { loadState, saveState } from "../../src/cli/weights.ts";
import { PREPROCESSING } from "../../src/image/descriptor.ts";
import { randomPng, withFolder } from "../data/images.ts";
import { command, folderOf, SMALL, task } from "./task.ts";

const FILES = folderOf(["indoors", "outdoors"], ["mug", "pen", "ruler"], 4);

Deno.test("train, evaluate and predict work on a folder, and the same seed gives the same file", () =>
  withFolder(FILES, async (folder) => {
    const data = `${folder}/data`;
    const train = (out: string, ...more: string[]) =>
      task(
        "train",
        "--data",
        data,
        "--out",
        `${folder}/${out}`,
        "--epochs",
        "3",
        "--seed",
        "1",
        "--json",
        ...SMALL,
        ...more,
      );
    const first = await train("a.safetensors");
    assertEquals(first.code, 0, first.stderr);
    const summary = JSON.parse(first.stdout);
    assertEquals(summary.epochs, 3);
    assertEquals(summary.weights, `${folder}/a.safetensors`);
    assertMatch(summary.sha256, /^[0-9a-f]{64}$/);
    assertEquals(summary.test.images + summary.validation.images < 24, true);
    assert(summary.parameters > 0 && summary.step > 0 && summary.seconds > 0);

    const again = await train(
      "b.safetensors",
      "--workers",
      "2",
      "--report",
      `${folder}/report.html`,
    );
    assertEquals(JSON.parse(again.stdout).sha256, summary.sha256);
    const report = await Deno.readTextFile(`${folder}/report.html`);
    assertStringIncludes(report, summary.sha256);
    assertStringIncludes(report, "data:image/jpeg;base64,");
    const card = await Deno.readTextFile(`${folder}/a.md`);
    assertStringIncludes(card, summary.sha256);
    assertStringIncludes(card, "--seed 1");
    const other = await train("c.safetensors", "--seed", "2");
    assert(JSON.parse(other.stdout).sha256 !== summary.sha256);

    const evaluated = await task(
      "evaluate",
      "--data",
      data,
      "--weights",
      `${folder}/a.safetensors`,
      "--json",
    );
    assertEquals(evaluated.code, 0, evaluated.stderr);
    assertStringIncludes(evaluated.stderr, "the model was trained with");
    const metrics = JSON.parse(evaluated.stdout);
    assertEquals(metrics.images, 24);
    assertEquals(Object.keys(metrics), [
      "images",
      "domain",
      "item",
      "perDomain",
      "perItem",
    ]);
    assertEquals(Object.keys(metrics.item), [
      "images",
      "accuracy",
      "loss",
      "ece",
    ]);
    assertEquals(metrics.perDomain.indoors.images, 12);
    await Deno.remove(`${data}/indoors/mug/0.png`);
    const others = await task(
      "evaluate",
      "--data",
      data,
      "--weights",
      `${folder}/a.safetensors`,
    );
    assertEquals(others.stderr.includes("was trained with"), false);
    assertEquals(Object.keys(metrics.perDomain.indoors), ["images", "item"]);

    const predicted = await task(
      "predict",
      `${data}/indoors/mug/1.png`,
      `${data}/outdoors/pen/1.png`,
      "--weights",
      `${folder}/a.safetensors`,
      "--top-k",
      "2",
      "--json",
    );
    assertEquals(predicted.code, 0, predicted.stderr);
    const { predictions } = JSON.parse(predicted.stdout);
    assertEquals(predictions.length, 2);
    assertEquals(predictions[0].item.top.length, 2);
    assertEquals(predictions[0].item.label, predictions[0].item.top[0].label);
  }));

Deno.test("a resumed run describes images as it began, whatever new models are trained with", () =>
  withFolder(FILES, async (folder) => {
    const train = async (out: string, ...more: string[]) => {
      const { code, stderr } = await task(
        "train",
        "--data",
        `${folder}/data`,
        "--out",
        `${folder}/${out}`,
        ...SMALL,
        ...more,
      );
      assertEquals(code, 0, stderr);
      return loadState(`${folder}/${out}`);
    };
    const { preprocessing, ...begun } = await train(
      "new.safetensors",
      "--epochs",
      "1",
    );
    assertEquals(preprocessing, PREPROCESSING);
    const before = { ...PREPROCESSING, gradientScale: 1900, mirrored: false };
    await saveState(`${folder}/old.safetensors`, {
      ...begun,
      preprocessing: before,
    });
    const resumed = await train(
      "resumed.safetensors",
      "--epochs",
      "2",
      "--resume",
      `${folder}/old.safetensors`,
    );
    assertEquals(resumed.preprocessing, before);
    const card = (name: string) => Deno.readTextFile(`${folder}/${name}.md`);
    assert((await card("new")).includes("mirror image"));
    assert(!(await card("resumed")).includes("mirror image"));
  }));

Deno.test("a wrong command line exits 2 and says what was expected", async () => {
  const refuse = async (args: string[], message: string) => {
    const { code, stdout, stderr } = await task(...args);
    assertEquals(code, 2, stderr);
    assertEquals(stdout, "");
    assertStringIncludes(stderr, message);
  };
  await refuse(["train", "--epoch", "3"], "Cannot understand --epoch");
  await refuse(
    ["train", "--epochs", "many"],
    'expected a whole number ≥ 1, got "many"',
  );
  await refuse(["train", "--optimizer", "lion"], "expected one of adam, ");
  await refuse(["train", "--split", "80/20"], "Cannot read the split");
  await refuse(["train", "--folds", "1"], "expected 0 or a whole number > 1");
  await refuse(["evaluate"], "expected --data DIR or --labels FILE");
  await refuse(["predict"], "expected at least one IMAGE");
});

Deno.test("bad data exits 3 and names what is wrong", () =>
  withFolder({
    ...FILES,
    "data/indoors/mug/broken.jpg": Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0),
    "one/indoors/mug/1.png": randomPng(1),
    "one/indoors/mug/2.png": randomPng(2),
    "empty/notes.txt": new Uint8Array(),
    "other/indoors/fork/1.png": randomPng(3),
    "other/indoors/knife/1.png": randomPng(4),
    "weights.safetensors": new TextEncoder().encode("no weights"),
  }, async (folder) => {
    const refuse = async (args: string[], message: string) => {
      const { code, stderr } = await task(...args);
      assertEquals(code, 3, stderr);
      assertStringIncludes(stderr, message);
    };
    const train = (data: string, ...more: string[]) => [
      "train",
      "--data",
      `${folder}/${data}`,
      "--out",
      `${folder}/m.safetensors`,
      "--epochs",
      "1",
      ...SMALL,
      ...more,
    ];
    await refuse(train("missing"), "missing");
    const noModel = `${folder}/no-model.safetensors`;
    await Deno.writeTextFile(noModel, "not a model");
    for (const command of ["evaluate", "finetune"]) {
      const more = command === "finetune" ? ["--dry-run"] : [];
      await refuse(
        [command, "--data", `${folder}/data`, "--weights", noModel, ...more],
        `${noModel}: Cannot read the safetensors header: `,
      );
    }
    await refuse(train("empty"), "DIR/<domain>/<item>/");
    await refuse(train("one"), "at least 2 items");
    await refuse(train("data", "--strict"), "indoors/mug/broken.jpg");
    const skipping = await task(...train("data"));
    assertEquals(skipping.code, 0, skipping.stderr);
    assertStringIncludes(skipping.stderr, "Skipped indoors/mug/broken.jpg");
    const named = "Images that could not be used: indoors/mug/broken.jpg.";
    assertStringIncludes(skipping.stderr, `Warning: ${named}`);
    assertStringIncludes(
      await Deno.readTextFile(`${folder}/m.md`),
      named,
    );
    await refuse(
      [
        "evaluate",
        "--data",
        `${folder}/other`,
        "--weights",
        `${folder}/m.safetensors`,
      ],
      'expected item to be one of mug, pen, ruler, got "fork"',
    );
    await refuse(
      [
        "evaluate",
        "--data",
        `${folder}/data`,
        "--weights",
        `${folder}/weights.safetensors`,
      ],
      "Cannot read",
    );
    await refuse(
      [
        "predict",
        `${folder}/empty/notes.txt`,
        "--weights",
        `${folder}/m.safetensors`,
      ],
      "notes.txt",
    );
    const whole = await task(
      "predict",
      `${folder}/data`,
      "--weights",
      `${folder}/m.safetensors`,
      "--csv",
    );
    assertEquals(whole.code, 3, whole.stderr);
    assertStringIncludes(whole.stderr, "indoors/mug/broken.jpg: Cannot");
    assertEquals(whole.stdout.trim().split("\n").length, 1 + 24);
    const { code, stderr } = await task(
      ...train("data", "--head-weights", "price=2"),
    );
    assertEquals(code, 2, stderr);
    assertStringIncludes(
      stderr,
      'expected heads among domain, item, got "price"',
    );
    await refuse(
      ["train", "--resume", `${folder}/none.safetensors`],
      "found none",
    );
  }));

Deno.test("a model that cannot be opened, or is not there, is named and said to be bad data", () =>
  withFolder({}, async (folder) => {
    const [loop, none] = [`${folder}/loop`, `${folder}/none`];
    await Deno.symlink("loop", loop);
    for (
      const asked of [
        ["predict", "x.jpg"],
        ["predict", "x.jpg", "--store", `${folder}/store.kv`],
        ["evaluate", "--data", folder],
        ["finetune", "--data", folder, "--dry-run"],
      ]
    ) {
      for (const [file, why] of [[loop, "got: "], [none, "found none"]]) {
        const ended = await task(...asked, "--weights", file!);
        assertEquals([ended.code, ended.stdout], [3, ""], ended.stderr);
        assertStringIncludes(
          ended.stderr,
          `Cannot read the weights: expected a file at ${file}, ${why}`,
        );
        assert(!ended.stderr.includes("    at "), ended.stderr);
      }
    }
  }));

Deno.test("a command whose result could not be written says so before it begins", () =>
  withFolder(FILES, async (folder) => {
    const data = ["--data", `${folder}/data`];
    const file = `${folder}/file`;
    await Deno.writeTextFile(file, "");
    for (
      const [flag, ...asked] of [
        ["--out", "finetune"],
        ["--out", "compare"],
        ["--out", "ablate"],
        ["--report", "adapt", "--source", "indoors", "--target", "outdoors"],
      ] as const
    ) {
      for (const place of [folder, `${file}/below`]) {
        const ended = await task(...asked, ...data, flag, place);
        assertEquals(ended.code, 2, ended.stderr);
        assertStringIncludes(
          ended.stderr,
          `Cannot write ${flag}: expected a file that can be written, got "${place}"`,
        );
        assert(!ended.stderr.includes("Describing"), ended.stderr);
      }
    }
  }));

Deno.test("a store that cannot be opened is told in the words of its database", () =>
  withFolder({ file: new Uint8Array() }, async (folder) => {
    const { code, stderr } = await task(
      ...["evaluate", "--data", folder, "--store", `${folder}/file/store.kv`],
    );
    assertEquals(code, 1, stderr);
    assertMatch(stderr, /^Cannot use the store: .*store\.kv/m);
    assert(!stderr.includes("    at "), stderr);
  }));

Deno.test("predict says what it passes over, and predicts everything else", () =>
  withFolder({
    "a/1.png": randomPng(1),
    "a/2.heic": new Uint8Array(8),
    "b/notes.txt": new Uint8Array(8),
  }, async (folder) => {
    await Deno.symlink("nowhere", `${folder}/a/3.png`);
    const { code, stdout, stderr } = await task(
      ...["predict", "--csv", `${folder}/b`, `${folder}/none`, `${folder}/a/`],
    );
    assertEquals(code, 3, stderr);
    const [, row, ...more] = stdout.trim().split("\n");
    assertEquals(row!.split(",")[0], `${folder}/a/1.png`);
    assertEquals(more, []);
    for (
      const said of [
        `Warning: ${folder}/a: Links that lead nowhere, skipped: 3.png.`,
        `Warning: ${folder}/a: Images of types that cannot be read, ignored: 1 (.heic).`,
        `Cannot predict ${folder}/b: expected a folder with images`,
        `Cannot read ${folder}/none: expected an image file, found none`,
      ]
    ) assertStringIncludes(stderr, said);
  }));

Deno.test("predict prints what it has predicted until it is interrupted", () =>
  withFolder({ "a.png": randomPng(1) }, async (folder) => {
    const images = Array(20_000).fill(`${folder}/a.png`);
    const child = command(["predict", "--csv", `${folder}/none`, ...images])
      .spawn();
    const stdout = new Response(child.stdout).text();
    let stderr = "";
    let sent = false;
    const texts = child.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of texts) {
      stderr += text;
      if (sent || !stderr.includes("found none")) continue;
      sent = true;
      child.kill("SIGTERM");
    }
    assertEquals((await child.status).code, 130, stderr);
    const [, count] = stderr.match(/Interrupted: predicted (\d+) of 20001\./)!;
    const rows = (await stdout).split("\n").slice(1).filter((row) =>
      row !== ""
    );
    assertEquals(rows.length, Number(count));
  }));

Deno.test("the name of a folder can neither command the terminal nor begin a line", () => {
  const name = "\x1b]0;\u202ered\x9b\nWarning: blue";
  const files = folderOf(["indoors"], [name, "pen"], 3);
  return withFolder(files, async (folder) => {
    const [data, out] = [`${folder}/data/indoors`, `${folder}/m.safetensors`];
    const trained = await task(
      ...["train", "--data", data, "--out", out, "--epochs", "1", ...SMALL],
    );
    const ask = ["predict", data, "--weights", out];
    const [predicted, json] = [
      await task(...ask),
      await task(...ask, "--json"),
    ];
    for (const { code, stdout, stderr } of [trained, predicted]) {
      assertEquals(code, 0, stderr);
      // deno-lint-ignore no-control-regex
      assert(!/[\x1b\x9b\u202e]/.test(stdout + stderr), stdout + stderr);
    }
    const shown = "\\u001b]0;\\u202ered\\u009b\\nWarning: blue";
    assertStringIncludes(
      trained.stderr,
      `Warning: Fewer than 5 images of item ${shown}, pen.\n`,
    );
    const [{ item }] = JSON.parse(json.stdout).predictions;
    assert(item.top.some(({ label }: { label: string }) => label === name));
  });
});
