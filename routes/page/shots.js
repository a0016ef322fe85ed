// @ts-check
/// <reference lib="dom" />
/** Up to ten images of a new class, from the camera or from files. @module */

import { reasonOf, start, still, stop } from "./camera.js";
import { button, byId, make } from "./elements.js";

/** @typedef {import("./images.js").Image} Image */

/** More bring little: docs/fine-tuning.md has what was measured. */
const MOST = 10;

const dialog = byId("class-dialog", HTMLDialogElement);
const video = byId("class-video", HTMLVideoElement);
const shoot = byId("class-shoot", HTMLButtonElement);
const list = byId("shots", HTMLUListElement);

/** @type {readonly Image[]} */
let shots = [];
/** @type {Promise<void> | undefined} */
let starting;

/**
 * Listens for the button that starts the camera and then takes images.
 *
 * @param {(message: string) => void} onTrouble
 */
export function listenForShots(onTrouble) {
  shoot.addEventListener("click", () => {
    (video.hidden ? startCamera() : takeShot()).catch((error) =>
      onTrouble(reasonOf(error))
    );
  });
}

/** Starts the camera; it is shown, and asked for shots, once it plays. */
function startCamera() {
  starting ??= start(video).then(() => video.play()).then(() => {
    if (!dialog.open) return stop(video); // closed meanwhile
    video.hidden = false;
    show();
  }).finally(() => starting = undefined);
  return starting;
}

async function takeShot() {
  const image = await still(video);
  if (image !== null) keepShots([{ image, name: "from the camera" }]);
}

/** The images that were taken. */
export function takenShots() {
  return shots;
}

/**
 * Keeps images, as long as there is room.
 *
 * @param {readonly Image[]} images
 */
export function keepShots(images) {
  shots = [...shots, ...images].slice(0, MOST);
  show();
}

/** Forgets all images, and lets go of the camera. */
export function clearShots() {
  shots = [];
  stop(video);
  video.hidden = true;
  show();
}

function show() {
  for (const { src } of list.querySelectorAll("img")) URL.revokeObjectURL(src);
  list.replaceChildren(...shots.map((shot, i) => shotItem(shot, i)));
  byId("shots-count", HTMLElement).textContent =
    `${shots.length} of up to ${MOST} images.`;
  shoot.textContent = video.hidden ? "Use camera" : "Take a shot";
  for (const id of ["class-shoot", "class-pick"]) {
    byId(id, HTMLButtonElement).disabled = shots.length === MOST;
  }
}

/**
 * @param {Image} shot
 * @param {number} i
 */
function shotItem(shot, i) {
  const remove = () => {
    shots = shots.filter((each) => each !== shot);
    show();
    shoot.focus();
  };
  return make(
    "li",
    {},
    make("img", { alt: "", src: URL.createObjectURL(shot.image) }),
    button("×", remove, { "aria-label": `Remove image ${i + 1}` }),
  );
}
