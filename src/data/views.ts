/**
 * The training views of an image: ways to look at it that do not change what
 * it shows. They are chosen by the image's content, not by its place in a
 * list, so that a cached view is the view that would be made again.
 *
 * @module
 */

import { PLAIN_VIEW, type View } from "../image/view.ts";
import { Random } from "../nn/prng.ts";

/**
 * Names the rules below. Views made by other rules must not be taken from a
 * cache for these, so a change here needs a new name.
 */
export const VIEW_RULES = "crops-3";

/** The plain image, the flipped one and fourteen crops. */
export const TRAINING_VIEWS = 16;

/** Sides of a crop, in shares of the image's. */
const CROP_SIDE = [0.92, 1] as const;
/** The factor by which a crop may be wider or narrower than the image. */
const CROP_STRETCH = 0.06;
/** Of all channels together, then of each one. */
const GAIN = [0.75, 1.25] as const;
const CHANNEL_GAIN = [0.93, 1.07] as const;
/** Of each channel, in units of a byte. */
const OFFSET = 15;

/**
 * View number `index` of the image whose content has the given hash: 0 is the
 * image as it is, 1 is mirrored, every further one is a random crop, mirrored
 * if its number is odd, in other light.
 *
 * @throws {RangeError} If the index is not a whole number from 0.
 */
export function viewOf(contentHash: string, index: number): View {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new RangeError(
      `Cannot choose a view: expected a whole number from 0, got ${index}`,
    );
  }
  if (index < 2) return { ...PLAIN_VIEW, flip: index === 1 };
  const random = Random.fromSeed(index, contentHash);
  const between = (low: number, high: number) =>
    low + (high - low) * random.uniform();
  const side = between(...CROP_SIDE);
  const stretch = 1 + between(-CROP_STRETCH, CROP_STRETCH);
  const width = Math.min(1, side * stretch);
  const height = Math.min(1, side / stretch);
  const x = between(0, 1 - width);
  const y = between(0, 1 - height);
  const gain = between(...GAIN);
  const channelGain = () => gain * between(...CHANNEL_GAIN);
  const offset = () => between(-OFFSET, OFFSET);
  return {
    x,
    y,
    width,
    height,
    flip: index % 2 === 1,
    gain: [channelGain(), channelGain(), channelGain()],
    offset: [offset(), offset(), offset()],
  };
}
