/**
 * JPEG by mozjpeg (the `@jsquash/jpeg` package), in CMYK by another decoder.
 *
 * @module
 */

import "@jsquash/jpeg/package.json" with { type: "json" };
import { once } from "../../once.ts";
import { readJpegHeader } from "../header/jpeg.ts";
import { Codec } from "./codec.ts";
import type { Decoder } from "./decoder.ts";
import { Embind } from "./embind.ts";
import { tidyJpeg } from "./jpeg_tidy.ts";
import { compileModule } from "./module.ts";
import { MOZJPEG } from "./mozjpeg.ts";

/** A grey square of 16×16 pixels. */
const SMALL =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEAAICAgICAgICAgIDAwIDAwQDAwMDBAYEBAQEBAYJBQ" +
  "YFBQYFCQgJBwcHCQgOCwkJCw4QDQwNEBMRERMYFxgfHyoBAgICAgICAgICAgMDAgMDBAMDAwME" +
  "BgQEBAQEBgkFBgUFBgUJCAkHBwcJCA4LCQkLDhANDA0QExERExgXGB8fKv/AABEIABAAEAMBEQ" +
  "ACEQEDEQH/xABLAAEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAAQEBAAAAAAAA" +
  "AAAAAAAAAAAABREBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8ALiOAAA//2Q==";
const SMALL_MEMORY = 32 * 1024 * 1024;
/**
 * An empty segment and the end of the image, behind every file: many lack their end, or
 * have a camera's notes in its place. The segment distinguishes that end from the
 * file's own, after which decoders stop.
 */
const END = Uint8Array.of(0xff, 0xee, 0, 2, 0xff, 0xd9);
/** Bytes that are left over, and the marker behind them. */
const LEFT_OVER =
  /^Corrupt JPEG data: (\d+) extraneous bytes before marker 0x(ee|d9)$/;
/** Cameras leave a few before the end of the image; more are a sign of damage. */
const MOST_LEFT_OVER = 16;

/**
 * Makes a decoder of JPEG files, their orientation not applied. It has decoded a
 * small image, so that the engine has compiled it when the first one comes.
 */
export async function open(): Promise<Decoder> {
  const module = await compileModule(
    "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm",
  );
  const codec = new Codec((host) => new Embind(module, MOZJPEG, host), {
    tail: END,
    isHarmless,
  });
  codec.decode(Uint8Array.fromBase64(SMALL), () => {}, SMALL_MEMORY);
  return async (bytes, take, memory) => {
    const tidy = tidyJpeg(bytes);
    const { passes, inks } = readJpegHeader(tidy) ?? {};
    if (passes !== undefined) {
      const { checkScans } = await import("./jpeg_scans.ts");
      checkScans(tidy);
    }
    if (!inks) return codec.decode(tidy, take, memory);
    await (await openInks())(tidy, take, memory);
  };
}

const openInks = once(async () => {
  const { open } = await import("./inks.ts");
  return await open();
});

function isHarmless(line: string): boolean {
  const [, bytes, marker] = LEFT_OVER.exec(line) ?? [];
  return marker === "ee" || Number(bytes) <= MOST_LEFT_OVER;
}
