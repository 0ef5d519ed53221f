// Full-screen scanner: camera, torch, zoom, and a field for a label that no longer reads.
import { cameraControls, keepCamera, troubleText } from "./camera.js";
import { newDecoder } from "./decoder.js";
import { feedback } from "./feedback.js";
import { element, present } from "./overlay.js";

const REFUSED = "etabli-camera-refused";
const PATIENCE = 3; // failed looks in a row before the decoder counts as broken
const codeIn = etabliLabels(window.etabli.build.labels);

let answerTyped = null;

/** What the app says to what was typed: an `error`, which is shown while the camera goes on, or none, and the scanner closes. */
export function answer(said) {
  answerTyped?.(said);
}

/**
 * `ask(text)`, where it is given, hands what was typed to the app, which calls `answer`.
 * texts: {title, close, hint, torch, zoom, code, submit, not_a_label, no_decoder, camera_again, no_camera, camera_refused, camera_busy,
 * camera_insecure, camera_failed}.
 */
export function scan({ texts, accept = "label" }, ask = null) {
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
      const typed = field.value.trim();
      if (!typed) return;
      if (!ask) return finish({ typed });
      answerTyped = (said) => (said.error ? refuse(said.error) : finish({ typed }));
      ask(typed);
    });
    field.addEventListener("input", () => (error.textContent = ""));
    const refuse = (words) => {
      error.textContent = words;
      field.select();
      field.focus();
    };
    sheet.append(stage, element("footer", {}, error, form));
    sheet.querySelector("header button").focus();

    const decoder = newDecoder();
    let open = true;
    let controls = null;

    const watch = async () => {
      let other = "";
      let failures = 0;
      while (open) {
        const text = video.readyState >= 2 ? await decoder.decode(video).catch((failure) => (failed(failure, ++failures), null)) : null;
        if (text !== null) failures = 0;
        if (open && text && (accept === "any" || codeIn(text))) return found(text);
        if (text && text !== other) {
          other = text;
          error.textContent = texts.not_a_label;
        }
        await pause(text === null ? 60 + 200 * failures : 30);
      }
    };

    const found = async (text) => {
      stage.classList.add("found");
      feedback({ sound: "ok", vibrate: [40] });
      await pause(120);
      if (open) finish({ text });
    };

    const failed = (failure, times) => {
      console.warn("scanner:", failure);
      if (times === PATIENCE) error.textContent = texts.no_decoder;
    };

    const release = keepCamera(video, { width: { ideal: 1280 }, height: { ideal: 720 } }, {
      live: (track) => {
        remember(REFUSED, null);
        message.textContent = "";
        controls?.remove();
        stage.append((controls = cameraControls(track, texts)));
      },
      trouble: (reason, again) => {
        remember(REFUSED, reason === "camera_refused" ? "1" : null);
        controls?.remove();
        const isNew = !message.querySelector("button");
        troubleText(message, texts, reason, again);
        if (isNew) field.focus();
      },
    });
    sheet.addEventListener("leave", () => {
      open = false;
      answerTyped = null;
      release();
      decoder.close();
    });
    // At once where it was refused before: the browser may not even ask again.
    message.textContent = recall(REFUSED) ? texts.camera_refused : texts.hint;
    watch();
  });
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
