/**
 * Three ways to take an image of an item, named after the domains of Office-31
 * that they stand for: a product shot (amazon), a sharp camera on a desk (dslr)
 * and a cheap camera on a desk (webcam).
 *
 * @module
 */

import type { Random } from "../nn/prng.ts";
import {
  blur,
  type Canvas,
  createCanvas,
  halved,
  type Light,
  paint,
  type Pose,
  silhouette,
} from "./canvas.ts";
import {
  type Colour,
  darker,
  fill,
  type Layer,
  lighter,
  Variation,
  WHITE,
} from "./layers.ts";
import { box, turnOf } from "./shapes.ts";

/** The choices for a scene, made before anything is painted. */
export interface Scene {
  /** The item's place, size and turn. */
  readonly pose: Pose;
  /** True if the item casts a shadow. */
  readonly shaded: boolean;
  /** Paints it. To be called once: noise is drawn while it is painted. */
  paint(): Canvas;
}

/** Chooses a scene around the layers of an item. */
export type Look = (size: number, item: Layer[], random: Random) => Scene;

/** A product shot: the item large on white, evenly lit, hardly any shadow. */
export function amazon(size: number, item: Layer[], random: Random): Scene {
  const v = new Variation(random);
  const ground = v.between(248, 255);
  const pose = poseOf(v, size, {
    scale: [0.74, 0.95],
    turn: 0.09,
    shift: 0.03,
  });
  const shaded = v.chance(0.5);
  const light = lightOf(v, 0.08);
  return {
    pose,
    shaded,
    paint() {
      const canvas = createCanvas(size, ground);
      if (shaded) {
        castShadow(canvas, item, pose, {
          right: 0.01,
          down: 0.03,
          softness: 3,
          depth: 0.25,
        });
      }
      paint(canvas, item, pose, light);
      return canvas;
    },
  };
}

/** A good camera: a desk and a wall, light from one side with its shadow, in focus. */
export function dslr(size: number, item: Layer[], random: Random): Scene {
  const v = new Variation(random);
  const scene = deskScene(size, item, v, 0.22);
  const depth = v.between(0.1, 0.25);
  return {
    ...scene,
    paint() {
      const canvas = scene.paint();
      vignette(canvas, depth);
      return canvas;
    },
  };
}

/** A cheap camera on the same kind of desk: half the resolution, soft, noisy, off in colour. */
export function webcam(size: number, item: Layer[], random: Random): Scene {
  const v = new Variation(random);
  const scene = deskScene(size, item, v, 0.12);
  const exposure = v.between(0.72, 1);
  const contrast = v.between(0.68, 0.88);
  const cast = v.pick<Colour>([[1.08, 1, 0.86], [0.9, 1.04, 0.96], [
    0.92,
    0.98,
    1.1,
  ]]);
  const noise = v.between(2, 6);
  return {
    ...scene,
    paint() {
      const large = scene.paint();
      blur(large, 1);
      const small = halved(large);
      for (let i = 0; i < small.data.length; i++) {
        const value = 118 + (small.data[i]! - 118) * contrast;
        small.data[i] = value * exposure * cast[(i % 3) as 0 | 1 | 2] +
          noise * bell(random);
      }
      return small;
    },
  };
}

/** A desk and perhaps things on it, a wall, and the item with its shadow. */
function deskScene(
  size: number,
  item: Layer[],
  v: Variation,
  contrast: number,
): Scene {
  const wall = v.colour(0xcfc8ba, 0xb7bcc2, 0xd9d6cf, 0x9fa9a6);
  const desk = v.colour(0xa87b4f, 0xc9a577, 0x7a7d82, 0xd8d2c6, 0x5d4330);
  const horizon = v.between(-0.75, -0.2);
  const still: Pose = {
    a: size / 2,
    b: 0,
    c: 0,
    d: size / 2,
    e: size / 2,
    f: size / 2,
  };
  const grain = Array.from({ length: 5 }, () => {
    const y = v.between(horizon, 1);
    return fill(box(0, y, 4, v.between(0.01, 0.04)), darker(desk, 0.15), 0.5);
  });
  const things = Array.from({ length: v.whole(0, 2) }, () => {
    const side = v.pick([-1, 1]);
    const colour = v.pick([
      WHITE,
      lighter(wall),
      darker(desk, 0.5),
      v.colour(0x3c4f6b, 0x6b3c3c),
    ]);
    return fill(
      box(
        side * v.between(0.8, 1.1),
        v.between(horizon, 0.9),
        v.between(0.3, 0.7),
        v.between(0.2, 0.6),
      ),
      colour,
    );
  });
  const room = [
    fill(box(0, 0, 8, 8), wall),
    fill(box(0, horizon + 4, 8, 8), desk),
    ...grain,
    ...things,
  ];
  const roomLight = lightOf(v, 0.1);
  const pose = poseOf(v, size, {
    scale: [0.56, 0.82],
    turn: 0.13,
    shift: 0.12,
  });
  const light = lightOf(v, contrast);
  const shadow = {
    right: light.right < 0 ? 0.07 : -0.07,
    down: v.between(0.04, 0.1),
    softness: 2,
    depth: v.between(0.35, 0.6),
  };
  return {
    pose,
    shaded: true,
    paint() {
      const canvas = createCanvas(size);
      paint(canvas, room, still, roomLight);
      castShadow(canvas, item, pose, shadow);
      paint(canvas, item, pose, light);
      return canvas;
    },
  };
}

function poseOf(
  v: Variation,
  size: number,
  { scale, turn, shift }: {
    scale: [number, number];
    turn: number;
    shift: number;
  },
): Pose {
  const unit = v.between(...scale) * size / 2;
  const { cos, sin } = turnOf(v.between(-turn, turn));
  const [wide, tall] = [
    unit * v.between(0.86, 1.04),
    unit * v.between(0.9, 1.04),
  ];
  const lean = v.between(-0.1, 0.1);
  const mirror = v.chance(0.5) ? -1 : 1;
  return {
    a: mirror * wide * cos,
    b: tall * (lean * cos - sin),
    c: mirror * wide * sin,
    d: tall * (lean * sin + cos),
    e: size * (0.5 + v.between(-shift, shift)),
    f: size * (0.5 + v.between(-shift, shift)),
  };
}

function lightOf(v: Variation, strength: number): Light {
  return {
    right: v.between(-strength, strength),
    down: v.between(-strength, 0),
  };
}

/** Darkens the image where the item's blurred, shifted outline falls. */
function castShadow(
  canvas: Canvas,
  item: Layer[],
  pose: Pose,
  shadow: { right: number; down: number; softness: number; depth: number },
): void {
  const { size, data } = canvas;
  const e = pose.e + shadow.right * size;
  const f = pose.f + shadow.down * size;
  const mask = silhouette(size, item, { ...pose, e, f });
  blur(mask, shadow.softness);
  for (let i = 0; i < data.length; i++) {
    data[i]! *= 1 - shadow.depth * mask.data[i]!;
  }
}

/** Darkens towards the corners, by `depth` in the corner itself. */
function vignette({ size, data }: Canvas, depth: number): void {
  const middle = (size - 1) / 2;
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const x = (pixel % size - middle) / middle;
    const y = (Math.floor(pixel / size) - middle) / middle;
    data[i]! *= 1 - depth * (x * x + y * y) / 2;
  }
}

/** A sum of four uniform numbers, of mean 0 and variance 1: near enough a normal. */
function bell(random: Random): number {
  const sum = random.uniform() + random.uniform() + random.uniform() +
    random.uniform();
  return (sum - 2) * Math.sqrt(3);
}
