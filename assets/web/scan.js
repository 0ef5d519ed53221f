// Full-screen scanner: camera, torch, zoom, and a field for a label that no longer reads.
import { cameraControls, element, openCamera, present, stop } from "./overlay.js";
import { feedback } from "./feedback.js";

const REFUSED = "etabli-camera-refused";
const codeIn = etabliLabels(window.etabli.build.labels);

/** texts: {title, close, hint, torch, zoom, code, submit, camera_refused, camera_busy, no_camera, not_a_label}. */
export function scan({ texts, accept = "label" }) {
  return present(texts.title, texts.close, (sheet, finish) => {
    const video = element("video", { playsinline: "", muted: "", "aria-hidden": "true" });
    video.muted = true;
    const message = element("p", { class: "message", role: "status" });
    const stage = element("div", { class: "stage" }, video, element("div", { class: "frame" }), message);
    const field = element("input", { type: "text", name: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "200" });
    const error = element("p", { class: "error", role: "alert" });
    const form = element("form", {}, element("label", {}, texts.code, field), element("button", { class: "primary", type: "submit" }, texts.submit));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) finish({ typed: field.value.trim() });
    });
    sheet.append(stage, element("footer", {}, error, form));
    sheet.querySelector("header button").focus();

    const decoder = newDecoder();
    let open = true;
    sheet.addEventListener("leave", () => {
      open = false;
      stop(video);
      decoder.then((found) => found.close()).catch(() => {});
    });

    const watch = async () => {
      const { decode } = await decoder;
      let other = "";
      while (open) {
        const text = video.readyState >= 2 ? await decode(video) : null;
        if (text && (accept === "any" || codeIn(text))) {
          stage.classList.add("found");
          feedback({ sound: "ok", vibrate: [40] });
          await pause(120);
          if (open) finish({ text });
          return;
        }
        if (text && text !== other) {
          other = text;
          error.textContent = texts.not_a_label;
        }
        await pause(text === null ? 60 : 30);
      }
    };

    openCamera(video, { width: { ideal: 1280 }, height: { ideal: 720 } }).then(
      (track) => {
        if (!open) return stop(video);
        remember(REFUSED, null);
        message.textContent = "";
        stage.append(cameraControls(track, texts));
        watch().catch((failure) => {
          console.warn("scanner:", failure);
          message.textContent = texts.no_camera;
        });
      },
      (failure) => {
        remember(REFUSED, failure.reason === "camera_refused" ? "1" : null);
        message.textContent = texts[failure.reason];
        field.focus();
      },
    );
    if (recall(REFUSED)) message.textContent = texts.camera_refused; // at once: the browser may not even ask again
    else message.textContent = texts.hint;
  });
}

async function newDecoder() {
  const native = await nativeDetector();
  if (native) return { decode: async (video) => (await native.detect(video))[0]?.rawValue ?? "", close() {} };
  return workerDecoder();
}

async function nativeDetector() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => [])) ?? [];
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

function workerDecoder() {
  const worker = new Worker(new URL("scan-worker.js", import.meta.url), { name: "scanner" });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const decode = (video) => {
    // Square in the middle, what the frame shows; 640 pixels are plenty for a label and read in milliseconds.
    const side = Math.min(video.videoWidth, video.videoHeight);
    canvas.width = canvas.height = Math.min(side, 640);
    context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.text));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(image, [image.data.buffer]);
    });
  };
  return { decode, close: () => worker.terminate() };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // a browser without storage asks again each time
  }
}

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
