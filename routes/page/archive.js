// @ts-check
/// <reference lib="dom" />
/**
 * A ZIP file of labelled images: a folder that training reads, with a table of
 * labels, `labels.csv`, that has a row for each image and a column for each head.
 *
 * @module
 */

/** @typedef {import("./gathered.js").Labelled} Labelled */

/** The first bytes of each type of image, and the ending of its files' names. */
const TYPES = /** @type {const} */ ([
  ["jpg", [0xff, 0xd8]],
  ["png", [0x89, 0x50]],
  ["gif", [0x47, 0x49]],
  ["webp", [0x52, 0x49]],
]);

/**
 * The archive of labelled images, in a folder of its own.
 *
 * @param {readonly Labelled[]} labelled
 * @param {string} folder
 * @returns {Promise<Blob>}
 */
export async function archiveOf(labelled, folder) {
  const digits = String(labelled.length).length;
  const named = await Promise.all(labelled.map(async (each, i) => ({
    ...each,
    file: `images/${String(i + 1).padStart(digits, "0")}.${await endingOf(
      each.image,
    )}`,
  })));
  const { downloadZip } = await zip();
  return await downloadZip([
    { name: `${folder}/labels.csv`, input: tableOf(named) },
    ...named.map(({ file, image }) => ({
      name: `${folder}/${file}`,
      input: image,
      lastModified: new Date(),
    })),
  ]).blob();
}

/**
 * The library, which the server has from npm.
 *
 * @returns {Promise<typeof import("client-zip")>}
 */
function zip() {
  return import(new URL("client-zip.js", import.meta.url).href);
}

/**
 * A table as training reads it (RFC 4180): an empty cell is a label that nobody knows.
 *
 * @param {readonly (Labelled & { file: string })[]} named
 */
export function tableOf(named) {
  const heads = [
    ...new Set(named.flatMap(({ labels }) => Object.keys(labels))),
  ];
  const rows = named.map(({ file, labels }) => [
    file,
    ...heads.map((head) => labels[head] ?? ""),
  ]);
  return [["file", ...heads], ...rows]
    .map((cells) => cells.map(quoted).join(",") + "\n").join("");
}

/** @param {string | number | boolean} cell */
function quoted(cell) {
  const text = String(cell);
  return /[",\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Blob} image */
async function endingOf(image) {
  const first = new Uint8Array(await image.slice(0, 2).arrayBuffer());
  const found = TYPES.find(([, bytes]) =>
    bytes.every((byte, i) => byte === first[i])
  );
  return found?.[0] ?? "jpg";
}
