/** Folders of tiny images for tests. @module */

import { crc32, deflateSync } from "node:zlib";
import { Random } from "../../src/nn/prng.ts";
import { joined } from "../checkpoint/bytes.ts";

/** A PNG of size × size random pixels, different for every seed. */
export function randomPng(seed: number, size = 12): Uint8Array<ArrayBuffer> {
  const random = Random.fromSeed(seed, "png");
  const rows = Uint8Array.from(
    { length: size * (1 + 3 * size) },
    (_, i) => i % (1 + 3 * size) === 0 ? 0 : random.below(256),
  );
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, size);
  view.setUint32(4, size);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB, no interlace
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined([new TextEncoder().encode(type), data]);
  const frame = new Uint8Array(8 + body.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, data.length);
  frame.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return frame;
}

/** Runs `use` in a temporary folder that holds the files, and removes it afterwards. */
export async function withFolder(
  files: Record<string, Uint8Array>,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [path, bytes] of Object.entries(files)) {
      const name = `${directory}/${path}`;
      await Deno.mkdir(name.slice(0, name.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeFile(name, bytes);
    }
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
