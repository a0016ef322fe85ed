/**
 * Plane shapes as signed distances: negative inside, positive outside, in the
 * shape's own units. A distance gives anti-aliased edges, outlines and rounded
 * corners from one number, with nothing but + − × ÷ and square roots, whose bits
 * are the same on every machine. Coordinates: x to the right, y down; an item
 * fills about [−1, 1]².
 *
 * @module
 */

/** A point, [x, y]. */
export type Point = readonly [number, number];

/** Left, top, right, bottom of a region that holds all of a shape. */
export type Bounds = readonly [number, number, number, number];

/** A region of the plane. */
export interface Shape {
  distance(x: number, y: number): number;
  bounds: Bounds;
}

/** A rectangle by its middle and full sides, its corners rounded by `radius`. */
export function box(
  cx: number,
  cy: number,
  width: number,
  height: number,
  radius = 0,
): Shape {
  const r = Math.min(radius, width / 2, height / 2);
  const [halfWidth, halfHeight] = [width / 2 - r, height / 2 - r];
  return {
    distance(x, y) {
      const dx = Math.abs(x - cx) - halfWidth;
      const dy = Math.abs(y - cy) - halfHeight;
      return length(Math.max(dx, 0), Math.max(dy, 0)) +
        Math.min(Math.max(dx, dy), 0) - r;
    },
    bounds: [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2],
  };
}

/** A circle by its middle. */
export function disc(cx: number, cy: number, radius: number): Shape {
  return {
    distance: (x, y) => length(x - cx, y - cy) - radius,
    bounds: [cx - radius, cy - radius, cx + radius, cy + radius],
  };
}

/**
 * An ellipse by its middle and half axes; its distance is the first-order
 * estimate f / |∇f|, exact at the edge, where it matters.
 *
 * Source: Taubin 1994, "Distance approximations for rasterizing implicit
 * curves" (doi:10.1145/174462.174531).
 */
export function oval(cx: number, cy: number, rx: number, ry: number): Shape {
  return {
    distance(x, y) {
      const u = (x - cx) / rx;
      const v = (y - cy) / ry;
      const norm = length(u, v);
      if (norm === 0) return -Math.min(rx, ry);
      return norm * (norm - 1) / length(u / rx, v / ry);
    },
    bounds: [cx - rx, cy - ry, cx + rx, cy + ry],
  };
}

/** A polyline drawn with a round pen of the given width. */
export function line(points: readonly Point[], width: number): Shape {
  return {
    distance(x, y) {
      let nearest = Infinity;
      for (let i = 1; i < points.length; i++) {
        nearest = Math.min(
          nearest,
          squaredDistance(x, y, points[i - 1]!, points[i]!),
        );
      }
      return Math.sqrt(nearest) - width / 2;
    },
    bounds: grown(boundsOf(points), width / 2),
  };
}

/** A closed polygon, its corners rounded outwards by `radius`. */
export function polygon(points: readonly Point[], radius = 0): Shape {
  return {
    distance(x, y) {
      let nearest = Infinity;
      let inside = false;
      let from = points[points.length - 1]!;
      for (const to of points) {
        nearest = Math.min(nearest, squaredDistance(x, y, from, to));
        const crosses = (from[1] > y) !== (to[1] > y);
        if (
          crosses &&
          x < from[0] + (to[0] - from[0]) * (y - from[1]) / (to[1] - from[1])
        ) {
          inside = !inside;
        }
        from = to;
      }
      const distance = Math.sqrt(nearest);
      return (inside ? -distance : distance) - radius;
    },
    bounds: grown(boundsOf(points), radius),
  };
}

/** Points along the cubic Bézier curve of four control points. */
export function curve(
  a: Point,
  b: Point,
  c: Point,
  d: Point,
  pieces = 10,
): Point[] {
  return Array.from({ length: pieces + 1 }, (_, i): Point => {
    const t = i / pieces;
    const s = 1 - t;
    const [wa, wb, wc, wd] = [
      s * s * s,
      3 * s * s * t,
      3 * s * t * t,
      t * t * t,
    ];
    return [
      wa * a[0] + wb * b[0] + wc * c[0] + wd * d[0],
      wa * a[1] + wb * b[1] + wc * c[1] + wd * d[1],
    ];
  });
}

/** The edge of a shape, drawn with a pen of the given width. */
export function outline(shape: Shape, width: number): Shape {
  return {
    distance: (x, y) => Math.abs(shape.distance(x, y)) - width / 2,
    bounds: grown(shape.bounds, width / 2),
  };
}

/** The points that are in `shape` but not in `hole`. */
export function cut(shape: Shape, hole: Shape): Shape {
  return {
    distance: (x, y) => Math.max(shape.distance(x, y), -hole.distance(x, y)),
    bounds: shape.bounds,
  };
}

/** The points that are in both shapes. */
export function within(shape: Shape, mask: Shape): Shape {
  const [left, top, right, bottom] = shape.bounds;
  return {
    distance: (x, y) => Math.max(shape.distance(x, y), mask.distance(x, y)),
    bounds: [
      Math.max(left, mask.bounds[0]),
      Math.max(top, mask.bounds[1]),
      Math.min(right, mask.bounds[2]),
      Math.min(bottom, mask.bounds[3]),
    ],
  };
}

/** A turn by an angle whose tangent of the half is `t`: rational, so no sine is needed. */
export function turnOf(t: number): { cos: number; sin: number } {
  return { cos: (1 - t * t) / (1 + t * t), sin: 2 * t / (1 + t * t) };
}

/** A shape turned clockwise about (0, 0), scaled, then moved. `t` as for {@linkcode turnOf}. */
export function placed(
  shape: Shape,
  x: number,
  y: number,
  scale = 1,
  t = 0,
): Shape {
  const { cos, sin } = turnOf(t);
  const [left, top, right, bottom] = shape.bounds;
  const corners: Point[] = [[left, top], [right, top], [left, bottom], [
    right,
    bottom,
  ]];
  return {
    distance(px, py) {
      const u = (px - x) / scale;
      const v = (py - y) / scale;
      return scale * shape.distance(u * cos + v * sin, v * cos - u * sin);
    },
    bounds: boundsOf(
      corners.map((
        [u, v],
      ) => [x + scale * (u * cos - v * sin), y + scale * (u * sin + v * cos)]),
    ),
  };
}

/** The smallest bounds around points. */
export function boundsOf(points: readonly Point[]): Bounds {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function grown([left, top, right, bottom]: Bounds, by: number): Bounds {
  return [left - by, top - by, right + by, bottom + by];
}

function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** The inner loop of every polygon, so it makes no arrays. */
function squaredDistance(x: number, y: number, from: Point, to: Point): number {
  const ex = to[0] - from[0];
  const ey = to[1] - from[1];
  const px = x - from[0];
  const py = y - from[1];
  const span = ex * ex + ey * ey;
  const along = span === 0
    ? 0
    : Math.max(0, Math.min(1, (px * ex + py * ey) / span));
  const dx = px - ex * along;
  const dy = py - ey * along;
  return dx * dx + dy * dy;
}
