// The page's side of mobile_app/core/bridge.py: does for Python what a worker cannot do itself.
import { leadKeyboard } from "./keyboard.js";
import { overlayStyles } from "./overlay.js";

const channel = new BroadcastChannel(window.etabli.channel);
const dark = matchMedia("(prefers-color-scheme: dark)");
const TOLD = new Set(["open", "push.received", "push.changed"]); // by the service worker
let installPrompt = null;
let registration = null;

const methods = {
  "scan.open": async (params) => (await import("./scan.js")).scan(params, params.asks ? (text, seen) => emit("scan.typed", { text, seen }) : null),
  "scan.answer": async (params) => ((await import("./scan.js")).answer(params), {}),
  "photo.take": async (params) => (await import("./photo.js")).take(params),
  "file.pick": async (params) => (await import("./file.js")).pick(params),
  "file.show": async (params) => (await import("./file.js")).show(params) ? {} : methods.download(params),
  feedback: async (params) => (await import("./feedback.js")).feedback(params),
  toast: async (params) => (await import("./toast.js")).toast(params, () => emit("toast.undo", { id: params.id })),
  "toast.close": async () => (await import("./toast.js")).close(),
  "install.state": () => ({ available: Boolean(installPrompt), installed: installed(), apple: byShare() }),
  "install.prompt": promptInstall,
  "storage.persist": async () => ({ persisted: (await navigator.storage?.persist?.()) ?? false }),
  "storage.estimate": async () => {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    return { usage, quota, persisted: (await navigator.storage?.persisted?.()) ?? false };
  },
  locale: () => ({
    languages: [...navigator.languages],
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    dark: dark.matches,
    reduced_motion: matchMedia("(prefers-reduced-motion: reduce)").matches,
    online: navigator.onLine,
    touch: matchMedia("(pointer: coarse)").matches,
  }),
  "badge.set": async ({ count }) => {
    await (count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.());
    return {};
  },
  "push.state": pushState,
  "push.on": async (params) => {
    const permission = await (await pushing()).ask(params);
    if (permission === "granted") await methods["push.mend"](params);
    return pushState();
  },
  "push.mend": async (params) => {
    await (await pushing()).subscribe(await navigator.serviceWorker.ready, params);
    return pushState();
  },
  "push.off": async () => {
    await (await pushing()).unsubscribe(await navigator.serviceWorker?.getRegistration());
    return pushState();
  },
  download: ({ url, blob, bytes, mime, name }) => {
    blob ??= bytes && new Blob([bytes], { type: mime });
    const link = Object.assign(document.createElement("a"), { href: url ?? URL.createObjectURL(blob), download: name ?? "" });
    link.click();
    if (blob) setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return {};
  },
  print: async (params) => ((await import("./print.js")).print(params), {}),
  "splash.done": () => (window.etabli.leave(), {}),
  "update.state": () => ({ ready: Boolean(registration?.waiting) }),
  "address.replace": ({ address }) => {
    const asked = new URL(address, location.origin);
    if (asked.pathname === location.pathname) history.replaceState(history.state, "", asked); // Flutter's own state of the entry stays
    return {};
  },
  "tab.open": ({ address }) => (window.open(new URL(address, location.origin), "_blank", "noopener"), {}),
  reload: () => (setTimeout(() => location.reload()), {}),
  "update.apply": () => {
    registration?.waiting?.postMessage("apply");
    return { waiting: Boolean(registration?.waiting) };
  },
};

channel.onmessage = async ({ data }) => {
  if (data.kind !== "request") return;
  const answer = { id: data.id, kind: "response", method: data.method };
  try {
    if (!methods[data.method]) throw Object.assign(new Error(data.method), { code: "unknown_method" });
    answer.result = await methods[data.method](data.params ?? {});
  } catch (error) {
    answer.error = { code: error.code?.toString?.() ?? "failed", detail: String(error.message ?? error) };
  }
  if (data.id) channel.postMessage(answer);
};

function emit(method, params) {
  channel.postMessage({ id: 0, kind: "event", method, params });
}

function installed() {
  return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}

// Where an app is installed by Share: an iPad says that it is a Mac, which has no touch screen.
function byShare() {
  return /iPad|iPhone|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
}

const pushing = () => import("./push.js");

async function pushState() {
  return (await pushing()).state(await navigator.serviceWorker?.getRegistration(), byShare() && !installed());
}

async function promptInstall() {
  if (!installPrompt) return { outcome: "unavailable" };
  const prompt = installPrompt;
  installPrompt = null;
  await prompt.prompt();
  return { outcome: (await prompt.userChoice).outcome };
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installPrompt = event;
  emit("install.available", {});
});
addEventListener("online", () => emit("online", { online: true }));
addEventListener("offline", () => emit("online", { online: false }));
document.addEventListener("visibilitychange", () => emit("visibility", { visible: document.visibilityState === "visible" }));
dark.addEventListener("change", () => emit("theme", { dark: dark.matches }));

// How something is tapped is told before Flutter tells that it was: Shift for a range, Ctrl or the middle button for a tab.
let held = false;
function hold(event) {
  const shift = event.shiftKey, tab = event.ctrlKey || event.metaKey;
  if (shift || tab || held) emit("pointer", { shift, tab });
  held = shift || tab;
}
addEventListener("pointerdown", hold, { capture: true });
addEventListener("keydown", (event) => (event.key === "Enter" || event.key === " ") && hold(event), { capture: true });

// The copy for offline use is made once the app is up, so that it never competes with the first start.
async function keepOffline() {
  if (!navigator.serviceWorker) return;
  let controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) location.reload(); // another version has taken over
    controlled = true;
  });
  navigator.serviceWorker.addEventListener("message", ({ data }) => TOLD.has(data?.type) && emit(data.type, data));
  // Flutter's own test for the smaller CanvasKit; a service worker cannot make it.
  const canvaskit = "v8BreakIterator" in Intl && "ImageDecoder" in window ? "chromium" : "other";
  const script = `/service-worker.js?canvaskit=${canvaskit}`;
  registration = await navigator.serviceWorker.register(script, { scope: "/", updateViaCache: "none" });
  if (registration.waiting) emit("update.ready", {});
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => fresh.state === "installed" && registration.active && emit("update.ready", {}));
  });
  setInterval(() => navigator.onLine && registration.update().catch(() => {}), 3600000);
}

function whenStarted(action) {
  const boot = document.getElementById("boot");
  if (!boot) return action();
  new MutationObserver((_, observer) => {
    if (boot.isConnected) return;
    observer.disconnect();
    action();
  }).observe(document.body, { childList: true });
}

whenStarted(() => {
  overlayStyles();
  leadKeyboard();
  keepOffline().catch(console.warn);
  const idle = window.requestIdleCallback ?? ((action) => setTimeout(action, 500));
  idle(() => Promise.all([import("./scan.js"), import("./photo.js"), import("./file.js"), import("./feedback.js"), import("./push.js"), import("./toast.js")]));
});
