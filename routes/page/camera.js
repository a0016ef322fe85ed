// @ts-check
/// <reference lib="dom" />
/** The camera: what the model sees in it, live, and one still of it. @module */

import { byId } from "./elements.js";
import { watch } from "./live.js";

/** Enough for any descriptor, and small to send. */
const SIDE = 720;
const QUALITY = 0.92;

/**
 * Lets the camera be used by its button.
 *
 * @param {(image: Blob, name: string) => void} onImage
 * @param {(message: string) => void} onTrouble
 */
export function listenForCamera(onImage, onTrouble) {
  const dialog = byId("camera-dialog", HTMLDialogElement);
  const video = byId("video", HTMLVideoElement);
  let stopWatching = () => {};
  byId("shoot", HTMLButtonElement).addEventListener("click", () => {
    open(dialog, video).then(
      () => stopWatching = watchIn(video),
      (error) => onTrouble(reasonOf(error)),
    );
  });
  byId("camera-close", HTMLButtonElement).addEventListener(
    "click",
    () => dialog.close(),
  );
  byId("snap", HTMLButtonElement).addEventListener("click", async () => {
    const image = await still(video);
    dialog.close();
    if (image !== null) onImage(image, "from the camera");
  });
  dialog.addEventListener("close", () => {
    stopWatching();
    stop(video);
  });
}

/** @param {HTMLVideoElement} video */
function watchIn(video) {
  return watch(
    video,
    byId("live", HTMLElement),
    byId("live-note", HTMLElement),
  );
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLVideoElement} video
 */
async function open(dialog, video) {
  await start(video);
  dialog.showModal();
  await video.play();
}

/**
 * Shows the camera's stream in an element that may play.
 *
 * @param {HTMLVideoElement} video
 */
export async function start(video) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: SIDE, height: SIDE },
  });
  video.srcObject = stream;
}

/**
 * Lets go of the camera.
 *
 * @param {HTMLVideoElement} video
 */
export function stop(video) {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) {
    for (const track of stream.getTracks()) track.stop();
  }
  video.srcObject = null;
}

/**
 * The image that is in view, as a JPEG.
 *
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob | null>}
 */
export function still(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", QUALITY)
  );
}

/**
 * Why the camera does not start, in words.
 *
 * @param {Error} error
 */
export function reasonOf({ name }) {
  if (name === "NotAllowedError") {
    return "The browser may not use the camera here.";
  }
  if (name === "NotFoundError") return "There is no camera.";
  if (!globalThis.isSecureContext) {
    return "Browsers lend the camera only to pages over HTTPS, or from this machine.";
  }
  return "The camera does not start. Another program may be using it.";
}
