// What a person sees in a terminal of 80 columns. Ignored where there is no Python.

import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { withFolder } from "../data/images.ts";
import { folderOf, SMALL } from "./task.ts";

const FILES = folderOf(["indoors", "outdoors"], ["mug", "pen", "ruler"], 4);

/** Runs a command behind a pseudo-terminal of 80 columns. */
const PTY = `
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:  # Linux says so at the end
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

async function hasPython(): Promise<boolean> {
  try {
    const args = ["-c", "import pty"];
    return (await new Deno.Command("python3", { args }).output()).success;
  } catch {
    return false;
  }
}

/** The texts that a task writes at the start of a line, one over the other or below. */
async function inTerminal(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command("python3", {
    args: ["-c", PTY, Deno.execPath(), "task", "--quiet", ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assertEquals(code, 0, text.decode(stderr) + text.decode(stdout));
  // deno-lint-ignore no-control-regex
  return text.decode(stdout).split(/[\r\n]+|\x1b\[\??\d*[A-Za-z]/)
    .filter((line) => line !== "");
}

Deno.test({
  name:
    "a training shows a bar, the loss and every head's accuracy, then what to do next",
  ignore: !await hasPython(),
  fn: () =>
    withFolder(FILES, async (folder) => {
      const out = `${folder}/model.safetensors`;
      const lines = await inTerminal(
        ...["train", "--data", `${folder}/data`, "--out", out, "--epochs", "3"],
        ...["--seed", "1", ...SMALL],
      );
      const progress = lines.filter((line) => line.startsWith("Training "));
      assert(progress.every((line) => [...line].length <= 80), progress.join());
      assertMatch(
        progress.at(-1)!,
        /^Training ━{10,} 100% ETA 0 s {2}loss \d\S* {2}domain \d+% {2}item \d+% {2}epoch 3$/,
      );
      const end = lines.slice(lines.indexOf("What next:"));
      assertEquals(end[1], `  read its model card      ${folder}/model.md`);
      assertMatch(
        end[2]!,
        /^ {2}see curves and mistakes {2}deno task train .*--report report.html$/,
      );
      assertEquals(
        end[4],
        `  serve it                 MODEL=${out} deno task start`,
      );
      assert(
        lines.some((line) => /item +accuracy .* \(95% interval /.test(line)),
        lines.join("\n"),
      );
    }),
});

Deno.test("no line of Deno's about downloads is drawn over those of a command", () => {
  const loud = Object.entries(config.tasks).filter(([, { command }]) =>
    /^deno run .*(src\/cli|routes)\/\w+\.ts$/.test(command) &&
    !command.startsWith("deno run -q ")
  );
  assertEquals(loud.map(([name]) => name), []);
});
