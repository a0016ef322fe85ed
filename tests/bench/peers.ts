/**
 * PyTorch and TensorFlow.js, from a folder that the caller has filled:
 * `torch_step.py` with `venv/bin/python` (or the system's Python where that has
 * no PyTorch), `tfjs_step.ts` with `node_modules`. They print a line of JSON per
 * shape, in the fields of {@linkcode StepTime}.
 *
 * @module
 */

import type { StepTime } from "./figures.ts";

/** A program to run in the peers' folder. */
export interface Peer {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
}

/** What can be run in `folder`; `note` is told of what cannot. */
export async function findPeers(
  folder: string,
  note: (text: string) => void,
): Promise<Peer[]> {
  const peers: Peer[] = [];
  const add = (program: string, ...args: string[]) =>
    peers.push({ program, args, folder });

  const python = await findPython(folder);
  if (!await exists(`${folder}/torch_step.py`)) {
    note(`PyTorch is left out: there is no ${folder}/torch_step.py.`);
  } else if (python === undefined) {
    note("PyTorch is left out: no Python here can import torch.");
  } else {
    for (const threads of ["1", "2"]) {
      add(python, "torch_step.py", threads, "--fused");
      add(python, "torch_step.py", threads);
    }
  }
  if (!await exists(`${folder}/tfjs_step.ts`)) {
    note(`TensorFlow.js is left out: there is no ${folder}/tfjs_step.ts.`);
  } else if (
    !await exists(`${folder}/node_modules/@tensorflow/tfjs-backend-wasm`)
  ) {
    note(`TensorFlow.js is left out: it is not in ${folder}/node_modules.`);
  } else {
    add(Deno.execPath(), "run", "-A", "tfjs_step.ts", "wasm");
  }
  return peers;
}

/** Runs a peer to its end; `note` is told if it fails, as an old PyTorch does at a fused Adam. */
export async function runPeer(
  { program, args, folder }: Peer,
  note: (text: string) => void,
): Promise<StepTime[]> {
  const output = await run(program, args, folder);
  const lines = output.stdout.split("\n").filter((line) =>
    line.startsWith("{")
  );
  if (!output.success) {
    const reason = output.stderr.trim().split("\n").at(-1);
    note(`${args.join(" ")} failed: ${reason}`);
  }
  return lines.map((line) => JSON.parse(line) as StepTime);
}

async function findPython(folder: string): Promise<string | undefined> {
  for (const python of [`${folder}/venv/bin/python`, "/usr/bin/python3"]) {
    if (!await exists(python)) continue;
    const { success } = await run(python, ["-c", "import torch"], folder);
    if (success) return python;
  }
  return undefined;
}

async function run(program: string, args: readonly string[], cwd: string) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    success,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
