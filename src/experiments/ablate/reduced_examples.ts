/** Examples with less in them: fewer values in a descriptor, or fewer views. @module */

import { descriptorLayout, type ValueKind } from "../../image/descriptor.ts";
import type { Examples } from "../../model/examples.ts";

/** Takes the first `views` views of every image. */
export function withViews(views: number): (examples: Examples) => Examples {
  return (examples) => ({ ...examples, views });
}

/** Shows a network every image as it is, without its mirror image beside it. */
export function withoutMirror(examples: Examples): Examples {
  return { ...examples, mirror: undefined };
}

/** Leaves the values of one kind out of every descriptor. */
export function withoutKind(
  left: ValueKind,
): (examples: Examples) => Examples {
  return (examples) => {
    const layout = descriptorLayout(examples.preprocessing);
    const lengths = layout.map((stretches) =>
      stretches.reduce(
        (sum, { kind, length }) => kind === left ? sum : sum + length,
        0,
      )
    );
    const [gradients] = lengths as [number];
    const { cells, mirror } = examples;
    const kept = Uint32Array.from(
      layout.flat().flatMap(({ kind, length }) =>
        Array<boolean>(length).fill(kind !== left)
      ).flatMap((isKept, i) => isKept ? [i] : []),
    );
    const whole = new Uint8Array(examples.inputs);
    return {
      ...examples,
      parts: lengths.filter((length) => length > 0),
      inputs: kept.length,
      cells: cells.map(() => gradients / cells.length),
      // A value is of the same kind as the one it becomes in the mirror.
      mirror: mirror && kept.map((i) => kept.indexOf(mirror[i]!)),
      read(row, view, out) {
        examples.read(row, view, whole);
        for (let i = 0; i < kept.length; i++) out[i] = whole[kept[i]!]!;
      },
    };
  };
}
