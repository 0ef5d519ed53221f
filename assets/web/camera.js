// The camera behind a sheet. It comes back by itself: after the phone was locked, another app had it, it was unplugged, or it is allowed at last.
import { element, iconButton } from "./overlay.js";

const REASONS = {
  NotAllowedError: "camera_refused",
  SecurityError: "camera_refused",
  NotFoundError: "no_camera",
  OverconstrainedError: "no_camera",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
};
const RETRY_MS = 2000; // another app gives the camera back without a word
const SILENT_MS = 10000;

/**
 * Keep the rear camera running in `video` until the function that is returned is called. `live(track)` each time it runs;
 * `trouble(reason, again)` each time it does not: reason is a key of the texts, `again()` tries at once.
 */
export function keepCamera(video, wish, { live, trouble }) {
  const leaving = new AbortController();
  const listen = (target, type, action) => target?.addEventListener(type, action, { signal: leaving.signal });
  let opening = false;
  let again = null;
  let permission = null;

  const isRunning = () => video.srcObject?.getVideoTracks().some((track) => track.readyState === "live" && !track.muted) ?? false;

  async function start() {
    if (opening || leaving.signal.aborted || document.visibilityState === "hidden") return;
    opening = true;
    clearTimeout(again);
    const silent = setTimeout(() => permission?.state === "granted" && report("camera_failed"), SILENT_MS);
    try {
      release(video);
      const stream = await openStream(wish);
      if (leaving.signal.aborted) return stop(stream);
      await show(stream);
    } catch (error) {
      console.warn("camera:", error);
      report(error.reason ?? "camera_failed");
    } finally {
      clearTimeout(silent);
      opening = false;
    }
  }

  async function show(stream) {
    const [track] = stream.getVideoTracks();
    listen(track, "ended", start);
    listen(track, "mute", () => later());
    video.srcObject = stream;
    await video.play();
    if (!leaving.signal.aborted) live(track);
  }

  function report(reason) {
    if (leaving.signal.aborted) return;
    trouble(reason, start);
    if (reason === "camera_busy" || reason === "camera_failed") later();
  }

  function later() {
    clearTimeout(again);
    again = setTimeout(restart, RETRY_MS);
  }

  const restart = () => isRunning() || start();

  // A hidden page's camera is ended, muted or frozen, as the system likes: it is given back, and asked for anew.
  listen(document, "visibilitychange", () => (document.visibilityState === "hidden" ? opening || release(video) : restart()));
  listen(window, "pageshow", restart);
  listen(navigator.mediaDevices, "devicechange", restart);
  navigator.permissions?.query({ name: "camera" }).then((status) => {
    permission = status;
    listen(status, "change", () => status.state !== "denied" && restart());
  }).catch(() => {}); // a browser that does not tell
  start();
  return () => {
    leaving.abort();
    clearTimeout(again);
    release(video);
  };
}

async function openStream(wish) {
  const devices = navigator.mediaDevices;
  if (!devices?.getUserMedia) throw Object.assign(new Error("no media devices"), { reason: isSecureContext ? "no_camera" : "camera_insecure" });
  try {
    return await devices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, ...wish } }).catch((error) => {
      if (error.name === "OverconstrainedError") return devices.getUserMedia({ audio: false, video: true });
      throw error;
    });
  } catch (error) {
    throw Object.assign(new Error(`${error.name}: ${error.message}`), { reason: REASONS[error.name] });
  }
}

/** Torch and zoom, for the cameras that have them; one that refuses stays as it was. */
export function cameraControls(track, texts) {
  const can = capabilities(track);
  const set = async (constraint) => track.applyConstraints({ advanced: [constraint] });
  const controls = element("div", { class: "controls" });
  if (can.torch) {
    const torch = iconButton("torch", texts.torch, () => {
      const on = torch.getAttribute("aria-pressed") !== "true";
      torch.setAttribute("aria-pressed", String(on));
      set({ torch: on }).catch(() => torch.setAttribute("aria-pressed", String(!on)));
    });
    torch.setAttribute("aria-pressed", "false");
    controls.append(torch);
  }
  if (can.zoom?.max > can.zoom?.min) {
    const { min, max, step } = can.zoom;
    const zoom = element("input", { type: "range", min, max: Math.min(max, Math.max(min, 1) * 6), step: step || 0.1, value: min, "aria-label": texts.zoom });
    zoom.addEventListener("input", () => set({ zoom: Number(zoom.value) }).catch(() => {}));
    controls.append(zoom);
  }
  return controls;
}

function capabilities(track) {
  try {
    return track.getCapabilities?.() ?? {};
  } catch {
    return {};
  }
}

/** What went wrong, what to do about it, and a button that tries again. */
export function troubleText(message, texts, reason, again) {
  const retry = element("button", { type: "button", onclick: again }, texts.camera_again);
  message.replaceChildren(element("span", {}, texts[reason] ?? texts.no_camera), ...(reason === "camera_insecure" ? [] : [retry]));
}

const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());

function release(video) {
  stop(video.srcObject);
  video.srcObject = null;
}
