import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../data/images.ts";
import { command, folderOf, SMALL, WITHOUT_FMA } from "./task.ts";

const FILES = folderOf(["indoors", "outdoors"], ["mug", "pen", "ruler"], 4);
const FUSED = {};

Deno.test({
  name:
    "a training ends in the same bytes with fused and emulated kernels, on one thread or two, resumed or not",
  ignore: Deno.build.arch !== "x86_64",
  fn: () =>
    withFolder(FILES, async (folder) => {
      const train = (out: string, workers: 1 | 2, env: typeof FUSED) =>
        command([
          ...["train", "--data", `${folder}/data`, "--json", ...SMALL],
          ...["--out", `${folder}/${out}`, "--workers", `${workers}`],
          // Wide enough to be shared out between two threads.
          ...["--hidden", "56", "--epochs", "30", "--seed", "3"],
          ...(out === "resumed"
            ? ["--resume", `${folder}/stopped.run.safetensors`]
            : []),
        ], env);
      const sha256 = async (training: Deno.Command) => {
        const { stdout, stderr } = await training.output();
        const text = new TextDecoder().decode(stdout);
        assertStringIncludes(text, "sha256", new TextDecoder().decode(stderr));
        return JSON.parse(text).sha256;
      };
      const expected = await sha256(train("fused", 1, FUSED));
      for (const [workers, env] of [[2, FUSED], [1, WITHOUT_FMA]] as const) {
        assertEquals(await sha256(train("other", workers, env)), expected);
      }
      // The slow build is the one that can be stopped before it is through.
      await interrupt(train("stopped", 2, WITHOUT_FMA));
      assertEquals(await sha256(train("resumed", 1, FUSED)), expected);
    }),
});

/** Runs a training until it has begun, and stops it. */
async function interrupt(training: Deno.Command): Promise<void> {
  const child = training.spawn();
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    const begins = !said.includes("Training");
    said += text;
    if (begins && said.includes("Training")) child.kill("SIGINT");
  }
  await child.stdout.cancel();
  assertEquals((await child.status).code, 130, said);
}
