/** Examples with less in them: fewer values in a descriptor, or fewer views. @module */

import { descriptorLayout, type ValueKind } from "../../image/descriptor.ts";
import type { NamedExamples } from "../../train/plan.ts";

/** Takes the first `views` views of every picture. */
export function withViews(
  views: number,
): (examples: NamedExamples) => NamedExamples {
  return (examples) => changed(examples, { views });
}

/** Shows a network every picture as it is, without its mirror image beside it. */
export function withoutMirror(examples: NamedExamples): NamedExamples {
  return changed(examples, { mirror: undefined });
}

/** Leaves the values of one kind out of every descriptor. */
export function withoutKind(
  left: ValueKind,
): (examples: NamedExamples) => NamedExamples {
  return (examples) => {
    const layout = descriptorLayout(examples.preprocessing);
    const lengths = layout.map((stretches) =>
      stretches.reduce(
        (sum, { kind, length }) => kind === left ? sum : sum + length,
        0,
      )
    );
    const parts = lengths.filter((length) => length > 0);
    const [gradients] = lengths as [number];
    const { cells = [], mirror } = examples;
    const kept = Uint32Array.from(
      layout.flat().flatMap(({ kind, length }) =>
        Array<boolean>(length).fill(kind !== left)
      ).flatMap((isKept, i) => isKept ? [i] : []),
    );
    const whole = new Uint8Array(examples.inputs);
    return changed(examples, {
      parts,
      inputs: kept.length,
      cells: cells.map(() => gradients / cells.length),
      // A value is of the same kind as the one it becomes in the mirror.
      mirror: mirror && kept.map((i) => kept.indexOf(mirror[i]!)),
      read(row, view, out) {
        examples.read(row, view, whole);
        for (let i = 0; i < kept.length; i++) out[i] = whole[kept[i]!]!;
      },
    });
  };
}

/** Field by field, since a dataset has methods and getters, which a spread would lose. */
function changed(
  examples: NamedExamples,
  changes: Partial<NamedExamples>,
): NamedExamples {
  const { domains, items, preprocessing, hash } = examples;
  const { inputs, parts, cells = [], mirror, length, views } = examples;
  return {
    ...{ domains, items, preprocessing, hash },
    ...{ inputs, parts, cells, mirror, length, views },
    domainOf: (row) => examples.domainOf(row),
    itemOf: (row) => examples.itemOf(row),
    read: (row, view, out) => examples.read(row, view, out),
    ...changes,
  };
}
