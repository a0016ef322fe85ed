/**
 * JPEG by mozjpeg (the `@jsquash/jpeg` package).
 *
 * @module
 */

import "@jsquash/jpeg/package.json" with { type: "json" };
import { Codec } from "./codec.ts";
import type { Decoder } from "./decoder.ts";
import { compileModule } from "./module.ts";
import { Mozjpeg } from "./mozjpeg.ts";

/**
 * A progressive file may hold any number of scans, and each one is a pass over
 * the whole image. Encoders write about ten.
 */
const MAXIMUM_SCANS = 100;

/** A grey square of 16×16 pixels. */
const SMALL =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEAAICAgICAgICAgIDAwIDAwQDAwMDBAYEBAQEBAYJBQ" +
  "YFBQYFCQgJBwcHCQgOCwkJCw4QDQwNEBMRERMYFxgfHyoBAgICAgICAgICAgMDAgMDBAMDAwME" +
  "BgQEBAQEBgkFBgUFBgUJCAkHBwcJCA4LCQkLDhANDA0QExERExgXGB8fKv/AABEIABAAEAMBEQ" +
  "ACEQEDEQH/xABLAAEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAAQEBAAAAAAAA" +
  "AAAAAAAAAAAABREBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8ALiOAAA//2Q==";

/**
 * Makes a decoder of JPEG files, their orientation not applied. It has decoded a
 * small image, so that the engine has compiled it when the first one comes.
 */
export async function open(): Promise<Decoder> {
  const module = await compileModule(
    "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm",
  );
  const codec = new Codec((host) => new Mozjpeg(module, host));
  await codec.decode(Uint8Array.fromBase64(SMALL), () => {});
  return (bytes, take) => {
    if (hasMoreScans(bytes, MAXIMUM_SCANS)) {
      return Promise.reject(new Error(`more than ${MAXIMUM_SCANS} scans`));
    }
    return codec.decode(bytes, take);
  };
}

/** Whether more than `limit` scans start in `bytes`; never fewer than there are. */
function hasMoreScans(bytes: Uint8Array, limit: number): boolean {
  let scans = 0;
  for (
    let at = bytes.indexOf(0xff);
    at !== -1;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    if (bytes[at + 1] === 0xda && ++scans > limit) return true;
  }
  return false;
}
