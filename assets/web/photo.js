// Full-screen camera for one photo, or a file; what comes out is a JPEG drawn anew, so nothing of the camera's metadata is in it.
import { cameraControls, keepCamera, troubleText } from "./camera.js";
import { element, present } from "./overlay.js";

/**
 * texts: {title, close, shutter, choose, torch, zoom, not_an_image, failed, camera_again, no_camera, camera_refused, camera_busy,
 * camera_insecure, camera_failed}.
 */
export function take({ texts, max_px: maxPx = 1600, quality = 0.82 }) {
  return present(texts.title, texts.close, (sheet, finish) => {
    const video = element("video", { playsinline: "", "aria-hidden": "true" });
    video.muted = true;
    const message = element("p", { class: "message", role: "status" });
    const stage = element("div", { class: "stage" }, video, message);
    const error = element("p", { class: "error", role: "alert" });
    const shutter = element("button", { type: "button", class: "shutter", "aria-label": texts.shutter, title: texts.shutter, disabled: "" });
    const file = element("input", { type: "file", accept: "image/*", hidden: "" });
    const choose = element("button", { type: "button", onclick: () => file.click() }, texts.choose);
    sheet.append(stage, element("footer", {}, error, element("div", { class: "actions" }, shutter, choose, file)));

    shutter.addEventListener("click", async () => {
      shutter.disabled = true;
      try {
        finish(await shrink(video, video.videoWidth, video.videoHeight, maxPx, quality));
      } catch (failure) {
        console.warn("photo:", failure);
        error.textContent = texts.failed;
        shutter.disabled = false;
      }
    });
    file.addEventListener("change", async () => {
      try {
        const image = await createImageBitmap(file.files[0], { imageOrientation: "from-image" });
        finish(await shrink(image, image.width, image.height, maxPx, quality));
      } catch {
        error.textContent = texts.not_an_image;
      }
    });
    let controls = null;
    const release = keepCamera(video, { width: { ideal: 1920 }, height: { ideal: 1440 } }, {
      live: (track) => {
        message.textContent = "";
        controls?.remove();
        stage.append((controls = cameraControls(track, texts)));
        shutter.disabled = false;
        shutter.focus();
      },
      trouble: (reason, again) => {
        shutter.disabled = true;
        controls?.remove();
        const isNew = !message.querySelector("button");
        troubleText(message, texts, reason, again);
        if (isNew) choose.focus();
      },
    });
    sheet.addEventListener("leave", release);
  });
}

async function shrink(source, width, height, maxPx, quality) {
  if (!width || !height) throw new Error("no picture yet");
  const ratio = Math.min(1, maxPx / Math.max(width, height));
  const canvas = element("canvas", { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  if (!blob) throw new Error("no room for the picture");
  return { blob, width: canvas.width, height: canvas.height, mime: "image/jpeg" };
}
