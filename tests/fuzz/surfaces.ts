/** Where bytes of strangers come in: each with what is right, and what may be said of the rest. @module */

import { UNKNOWN } from "../../src/heads/head.ts";
import { parseForm } from "../../routes/form.ts";
import { shapeFault } from "../../routes/json.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import {
  readServingModel,
  readState,
} from "../../src/checkpoint/state_reader.ts";
import { CheckpointError, ImageError, StoreError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/decode.ts";
import type { Engine, Entry } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import { unpack } from "../../src/store/planes.ts";
import { ModelStore } from "../../src/store/store.ts";
import {
  animateWebp,
  bytesOf,
  encodeGif,
  encodeJpeg,
  encodePng,
  encodeWebp,
  exif,
  gradient,
  pngChunk,
  withExif,
} from "../image/fixtures.ts";
import {
  ADMIN_KEY,
  DATA_URL,
  FINETUNE_KEY,
  IMAGES,
  withApp,
} from "../routes/fixture.ts";
import { modelBytes, openFixture, TWO_HEADS } from "../service/fixture.ts";

/** A way in. */
export interface Surface {
  readonly name: string;
  /** Sound inputs, to be damaged. */
  readonly seeds: readonly Uint8Array[];
  /** Takes any bytes; throws if they did what no bytes may do. */
  take(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

const LIMITS = { bytes: 1e6, pixels: 1e5 };
const PICTURE = gradient(40, 30);

/** Makes all surfaces, and hands them to `body`; they are gone after it. */
export async function withSurfaces(
  body: (surfaces: readonly Surface[]) => Promise<void>,
): Promise<void> {
  await withApp({}, async (app) => {
    await body([
      await images(),
      safetensors(),
      planes(),
      await store(),
      json(),
      forms(),
      ...requests((request) => Promise.resolve(app.request(request))),
    ]);
  });
}

/** Runs `work`; errors of these classes are answers. */
async function answered(
  classes: readonly (new (...args: never[]) => Error)[],
  work: () => unknown,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!classes.some((each) => error instanceof each)) throw error;
  }
}

async function images(): Promise<Surface> {
  const webp = await encodeWebp(PICTURE, { lossless: 1 });
  const jpeg = await encodeJpeg(PICTURE);
  const place = { x: 0, y: 0, width: 40, height: 30 };
  const cmyk = new URL("../image/fixtures/cmyk.jpg", import.meta.url);
  return {
    name: "images",
    seeds: [
      jpeg,
      withExif(await encodeJpeg(PICTURE, { progressive: true }), exif(6)),
      await Deno.readFile(cmyk),
      encodePng(PICTURE),
      encodePng(PICTURE, { colorType: 3, interlaced: true }),
      encodePng(PICTURE, {
        chunks: [
          pngChunk("acTL", new Uint8Array(8)),
          pngChunk("fcTL", new Uint8Array(26)),
        ],
      }),
      encodeGif(PICTURE, { ...place, gray: 80 }),
      await encodeWebp(PICTURE),
      webp,
      animateWebp(PICTURE, [{ webp, ...place }]),
    ],
    take: (bytes) =>
      answered([ImageError], async () => {
        const { pixels } = await decodeImage(bytes, LIMITS);
        if (pixels.data.length === 4 * pixels.width * pixels.height) return;
        throw new Error(`${pixels.data.length} bytes of pixels`);
      }),
  };
}

function safetensors(): Surface {
  return {
    name: "safetensors",
    seeds: [modelBytes({ guard: false, replay: false }), modelBytes()],
    take: (bytes) =>
      answered([CheckpointError], async () => {
        const source = decodeSafetensors(bytes);
        await readServingModel(source);
        await readState(source);
      }),
  };
}

function planes(): Surface {
  const length = 64;
  const seed = bytesOf("\x10\0\0\0\0\0\0\0", new Uint8Array(16).fill(63));
  return {
    name: "packed blobs",
    seeds: [seed],
    async take(bytes) {
      const floats = await unpack(bytes, length);
      if (floats === undefined || floats.length === length) return;
      throw new Error(`${floats.length} bytes of floats`);
    },
  };
}

/** A store with one tuned version, of which every value read is damaged at once. */
async function store(): Promise<Surface> {
  const engine = await openEngine("memory");
  const { service } = await openFixture({ engine });
  const image = await service.describe(IMAGES.png);
  await service.finetune({
    describe: () => Promise.resolve([image]),
    heads: TWO_HEADS,
    labels: [[UNKNOWN], [1]],
    mode: "steps",
    steps: 1,
    learningRate: 1e-3,
    dryRun: false,
  });
  await service.settled();
  const [base] = await engine.list(["tandem-bases"]);
  const sha256 = base!.key.at(-1)!;
  const entries = await engine.list(["tandem"]);
  await service.close();
  return {
    name: "values of the store",
    seeds: entries.filter(({ value }) => value.length < 4000).map(({ value }) =>
      value
    ),
    take: (bytes) =>
      answered([StoreError], async () => {
        for (const damaged of ["head", "versions", "blobs"]) {
          const models = new ModelStore(holding(entries, damaged, bytes), {
            sha256,
            step: 0,
          });
          const { manifest } = await models.head();
          await models.manifests();
          await models.load(manifest);
        }
      }),
  };
}

/** An engine that holds entries, of one kind only `value`. */
function holding(
  entries: readonly Entry[],
  kind: string,
  value: Uint8Array<ArrayBuffer>,
): Engine {
  const held = entries.map((entry) =>
    entry.key.includes(kind) ? { ...entry, value } : entry
  );
  const path = (key: readonly string[]) => key.join("/");
  return {
    read: (keys) =>
      Promise.resolve(
        keys.map((key) => held.find((entry) => path(entry.key) === path(key))),
      ),
    list: (prefix) =>
      Promise.resolve(
        held.filter(({ key }) => path(key).startsWith(`${path(prefix)}/`)),
      ),
    write: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
}

function json(): Surface {
  return {
    name: "JSON",
    seeds: [
      bytesOf(JSON.stringify({ images: [DATA_URL, { a: [[1]], '\\"': "[" }] })),
    ],
    take(bytes) {
      shapeFault(bytes, { depth: 16, values: 1000 });
      return Promise.resolve();
    },
  };
}

const FORM = "multipart/form-data; boundary=xyz";

function formOf(
  ...fields: [head: string, data: Uint8Array | string][]
): Uint8Array {
  return bytesOf(
    ...fields.flatMap(([head, data]) => [
      `--xyz\r\nContent-Disposition: form-data; ${head}\r\n\r\n`,
      data,
      "\r\n",
    ]),
    "--xyz--\r\n",
  );
}

function forms(): Surface {
  return {
    name: "forms",
    seeds: [
      formOf(['name="image"; filename="a"', IMAGES.gif], [
        'name="item"',
        "mug",
      ]),
    ],
    take: (bytes) =>
      answered([SyntaxError, RangeError], () => parseForm(bytes, FORM, 8)),
  };
}

/** Whole requests: whatever the bytes, the answer is no failure of the server. */
function requests(send: (request: Request) => Promise<Response>): Surface[] {
  const example = { image: DATA_URL, item: "mug" };
  const lesson = { examples: [example], dryRun: true, steps: 1 };
  const image = 'name="image"; filename="a"';
  const kinds: [path: string, type: string, ...seeds: Uint8Array[]][] = [
    ["/predict", "image/jpeg", ...Object.values(IMAGES)],
    [
      "/predict",
      "application/json",
      bytesOf(JSON.stringify({ images: [DATA_URL] })),
    ],
    ["/predict", FORM, formOf([image, IMAGES.jpeg], [image, IMAGES.png])],
    ["/finetune", "application/json", bytesOf(JSON.stringify(lesson))],
    [
      "/finetune",
      FORM,
      formOf([image, IMAGES.webp], ['name="item"', "mug"], [
        'name="dryRun"',
        "true",
      ]),
    ],
    ["/rollback", "application/json", bytesOf('{"version":0}')],
    ["/import", "application/octet-stream", modelBytes({ guard: false })],
  ];
  return kinds.map(([path, type, ...seeds]) => ({
    name: `POST ${path} of ${type.split(";")[0]}`,
    seeds,
    async take(bytes) {
      const response = await send(
        new Request(`http://localhost${path}`, {
          method: "POST",
          body: bytes,
          headers: {
            "Content-Type": type,
            Authorization: `Bearer ${
              path === "/finetune" ? FINETUNE_KEY : ADMIN_KEY
            }`,
          },
        }),
      );
      const text = await response.text();
      const fault = response.status >= 500 && response.status !== 503;
      if (fault) throw new Error(`${response.status} ${text.slice(0, 500)}`);
      if (response.status >= 400 && text.length > 2000) {
        throw new Error(`a message of ${text.length} characters`);
      }
    },
  }));
}
