/** The images that all versions are asked about. @module */

import { encodePng, gradient, paint, WHEEL } from "../image/fixtures.ts";

const STRIPES = paint(30, 24, (x, y) => [x % 6 > 2 ? 250 : 20, 40, 7 * y, 255]);

/** As `data:` URLs. */
export const IMAGES: readonly string[] = [gradient(24, 18), WHEEL, STRIPES]
  .map((image) =>
    `data:image/png;base64,${new Uint8Array(encodePng(image)).toBase64()}`
  );
