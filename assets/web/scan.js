// Full-screen scanner: camera, torch, zoom, and a field for a label that no longer reads.
import { cameraControls, keepCamera, troubleText } from "./camera.js";
import { newDecoder } from "./decoder.js";
import { feedback } from "./feedback.js";
import { element, present } from "./overlay.js";

const REFUSED = "etabli-camera-refused";
const PATIENCE = 3; // failed looks in a row before the decoder counts as broken
const codeIn = etabliLabels(window.etabli.build.labels);
const ACCEPTED = { any: () => true, label: codeIn, asked: () => false }; // at once, without the app

const takes = new Map(); // what is done with the answer, by the text that was asked about: several may be on their way

/** What the app says to the `text` that it was asked about: an `error`, shown while the camera goes on, or none, and the scanner closes. */
export function answer(said) {
  const text = said.text ?? [...takes.keys()].at(-1);
  const take = takes.get(text);
  takes.delete(text);
  take?.(said);
}

/**
 * `ask(text, seen)`, where it is given, hands what was typed, or `seen` and not accepted at once, to the app, which calls `answer`.
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
      takes.set(typed, (said) => (said.error ? refuse(said.error) : finish({ typed })));
      ask(typed, false);
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
        if (open && text && ACCEPTED[accept](text)) return found(text);
        if (text && text !== other) {
          other = text;
          if (!ask) error.textContent = texts.not_a_label;
          else {
            takes.set(text, (said) => (said.error ? (error.textContent = said.error) : found(text)));
            ask(text, true);
          }
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
      takes.clear();
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
