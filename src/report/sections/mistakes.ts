/** The images on which the model was surest and wrong, or farthest off. @module */

import { type Content, type Markup, markup } from "../markup.ts";
import type { Mistake } from "../run.ts";

const DATA_URL = /^data:image\/[a-z.+-]+;base64,[A-Za-z0-9+/=]*$/;

/**
 * The mistakes of each head with their images, worst first.
 *
 * @throws {TypeError} If an image is not a base64 `data:image/…` URL: the report would not be self-contained.
 */
export function mistakes(entries: readonly Mistake[]): Content {
  if (entries.length === 0) {
    return markup`<p>There were none among the held-out images.</p>`;
  }
  return Array.from(
    Map.groupBy(entries, ({ head }) => head),
    ([head, own]) =>
      markup`<h3>${head}</h3><ol class="mistakes">${own.map(card)}</ol>`,
  );
}

function card({ id, image, truth, predicted, note }: Mistake): Markup {
  if (image !== undefined && !DATA_URL.test(image)) {
    throw new TypeError(
      `Cannot show the image ${id}: expected a base64 data:image/… URL, got "${
        image.slice(0, 40)
      }"`,
    );
  }
  const shown = image === undefined
    ? markup`<p>The image was removed, or damaged, during the run.</p>`
    : markup`<img src="${image}" alt="${truth}: ${id}">`;
  return markup`<li>${shown}<p><b>${truth}</b> called <b>${predicted}</b>, ${note}<br><small>${id}</small></p></li>`;
}
