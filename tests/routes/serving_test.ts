// The service behind the app, from its file to its end.

import { assertEquals, assertRejects } from "@std/assert";
import { lazyService } from "../../routes/serving.ts";
import { CheckpointError } from "../../src/errors.ts";
import { readSettings } from "../../src/service/settings.ts";
import { modelBytes } from "../service/fixture.ts";

function serviceOf(model: string) {
  const env: Record<string, string> = { MODEL: model, STORE: "memory" };
  return lazyService(readSettings((name) => env[name]));
}

Deno.test("a model that cannot be read is named with the reason", async () => {
  const folder = await Deno.makeTempDir();
  for (
    const [path, why] of [[folder, "got: "], [`${folder}/a`, "found none"]]
  ) {
    await assertRejects(
      serviceOf(path!).open,
      CheckpointError,
      `Cannot serve the model: expected a weights file at ${path}, ${why}`,
    );
  }
  await Deno.remove(folder);
});

Deno.test({
  name: "a model may come through a pipe",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const pipe = `${folder}/pipe`;
    const file = `${folder}/model`;
    await Deno.writeFile(file, modelBytes());
    const writer = new Deno.Command("bash", {
      args: [
        "-c",
        'mkfifo "$1" && echo && cat "$2" > "$1"',
        "bash",
        pipe,
        file,
      ],
      stdout: "piped",
    }).spawn();
    await writer.stdout.getReader().read(); // the pipe is there
    const service = serviceOf(pipe);
    assertEquals((await (await service.open()).identity()).version, 0);
    await service.close();
    await writer.status;
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("what could not be opened can be closed, meanwhile and after", async () => {
  const service = serviceOf("no such file");
  const opening = service.open();
  opening.catch(() => {});
  await service.close();
  await assertRejects(() => opening, CheckpointError);
  await service.close();
});
