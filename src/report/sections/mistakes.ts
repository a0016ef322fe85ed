/** The pictures that the model was surest about and wrong. @module */

import { formatPercent } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import type { Mistake } from "../run.ts";

const DATA_URL = /^data:image\/[a-z.+-]+;base64,[A-Za-z0-9+/=]*$/;

/**
 * The mistakes with their pictures, worst first.
 *
 * @throws {TypeError} If a picture is not a base64 `data:image/…` URL: the report would not be self-contained.
 */
export function mistakes(entries: readonly Mistake[]): Content {
  if (entries.length === 0) {
    return markup`<p>There were none among the held-out pictures.</p>`;
  }
  return markup`<ol class="mistakes">${entries.map(card)}</ol>`;
}

function card({ id, image, truth, predicted, confidence }: Mistake): Markup {
  if (!DATA_URL.test(image)) {
    throw new TypeError(
      `Cannot show the picture ${id}: expected a base64 data:image/… URL, got "${
        image.slice(0, 40)
      }"`,
    );
  }
  const place = predicted.domain === truth.domain
    ? truth.domain
    : `${truth.domain}, taken for ${predicted.domain}`;
  return markup`<li><img src="${image}" alt="${truth.item} (${truth.domain}): ${id}"><p><b>${truth.item}</b> called <b>${predicted.item}</b>, ${
    formatPercent(confidence, 0)
  } sure<br><small>${place}<br>${id}</small></p></li>`;
}
