// Keeps one whole version of the app on the device. BUILD is written by the build: {id, device, files, renderers, shell}.
const BUILD = /*build*/ null;
importScripts(BUILD.device);
const CACHE = `etabli-${BUILD.id}`;
const IMMUTABLE = /^\/(flutter|python|app|shell)-[0-9a-f]{12}\//;
const MISSING_FONT = /^(\/flutter-[0-9a-f]{12}\/assets\/fonts\/)noto[a-z]*\/.*/; // as in server/core/frontend.py
const SERVER = /^\/(api|docs|redoc|openapi\.json|healthz|readyz|metrics)(\/|$)/;

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

// A version is used only when all of it is here: one missing file fails the installation, and the old version stays.
async function fill() {
  const cache = await caches.open(CACHE);
  const files = [...BUILD.files, ...(BUILD.renderers[new URL(location.href).searchParams.get("canvaskit")] ?? [])];
  const queue = files.values();
  await Promise.all(Array.from({ length: 6 }, async () => {
    for (const file of queue) await store(cache, file);
  }));
  if (!self.registration.active) await self.skipWaiting();
}

async function store(cache, file) {
  const immutable = IMMUTABLE.test(file);
  if (immutable && (await cache.match(file))) return;
  const known = immutable && (await caches.match(file, { ignoreVary: true }));
  const response = known || (await fetch(file, { cache: immutable ? "default" : "reload" }));
  if (!response.ok) throw new Error(`${response.status} ${file}`);
  await cache.put(file, response);
}

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("etabli-") && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("message", ({ data }) => data === "apply" && self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || SERVER.test(pathname)) return;
  event.respondWith(request.mode === "navigate" ? page(request, pathname) : file(request, pathname));
});

async function page(request, pathname) {
  const shell = async () => (await copied(BUILD.shell)) ?? fetch(request);
  if (!pathname.startsWith("/e/") || (await signedIn())) return shell();
  return fetch(request).catch(shell); // the server's page for operators
}

async function signedIn() {
  return Boolean(await kept("user"));
}

// What the device remembers whoever uses it; null on one that keeps nothing.
async function kept(key) {
  try {
    const database = await etabliDevice.open("etabli-device");
    const value = await etabliDevice.value(database, key);
    database?.close();
    return value;
  } catch {
    return null;
  }
}

// A copy that cannot be read must not stand between the page and the server.
async function copied(pathname) {
  try {
    return await caches.match(pathname, { cacheName: CACHE, ignoreVary: true });
  } catch {
    return undefined;
  }
}

async function file(request, pathname) {
  const found = await copied(pathname.replace(MISSING_FONT, "$1roboto.woff2"));
  if (found) return found;
  const response = await fetch(request);
  if (response.ok && IMMUTABLE.test(pathname)) await keep(pathname, response.clone());
  if (response.status === 404 && IMMUTABLE.test(pathname)) await caches.delete(CACHE); // a copy with a hole, of a version that is gone
  return response;
}

async function keep(pathname, response) {
  try {
    await (await caches.open(CACHE)).put(pathname, response);
  } catch {
    // no room: it is fetched again next time
  }
}

// Notifications come in the declarative form (https://www.w3.org/TR/push-api/), which Safari shows by itself. Whatever comes, something
// is shown: a browser takes back what it has allowed to whoever receives in silence.
self.addEventListener("push", (event) => {
  event.waitUntil(notify(event.data));
});

async function notify(data) {
  const { title, unread, ...shown } = (await read(data).catch(() => null)) ?? (await anything());
  const plain = { icon: "/icons/icon-192.png", badge: "/icons/badge.png", ...shown };
  await self.registration.showNotification(title, plain).catch(() => self.registration.showNotification(title));
  await Promise.allSettled([badge(unread), tell({ type: "push.received", tag: shown.tag })]);
}

// Null for what is no notification of ours, and for one whose reader is not signed in here any more.
async function read(data) {
  const { notification } = data.json();
  const { title, body, tag, lang, dir, silent, navigate, actions = [], data: more = {} } = notification;
  if (!title || (more.reader && more.reader !== (await kept("user"))?.id)) return null;
  const ways = Object.fromEntries(actions.map(({ action, navigate: way }) => [action, here(way)]));
  const buttons = actions.map(({ action, title: label }) => ({ action, title: label }));
  return { title, body, tag, lang, dir, silent: Boolean(silent), actions: buttons, unread: more.unread, data: { url: here(navigate), ways } };
}

async function anything() {
  const lang = (await kept("lang")) ?? self.navigator.language?.slice(0, 2);
  const { title, body } = BUILD.words[lang] ?? Object.values(BUILD.words)[0];
  return { title, body, tag: "etabli", data: { url: "/", ways: {} } };
}

// The address within this app: under whatever name it was sent, it is opened under the one by which it was installed.
function here(address) {
  const { pathname, search } = new URL(address, location.origin);
  return pathname + search;
}

async function badge(unread) {
  if (typeof unread !== "number") return;
  await (unread ? self.navigator.setAppBadge?.(unread) : self.navigator.clearAppBadge?.());
}

async function tell(message) {
  const windows = await self.clients.matchAll({ type: "window" });
  for (const page of windows) page.postMessage(message);
  return windows.length;
}

self.addEventListener("notificationclick", (event) => {
  const { url = "/", ways = {} } = event.notification.data ?? {};
  event.notification.close();
  event.waitUntil(show(ways[event.action] ?? url));
});

async function show(url) {
  const windows = await self.clients.matchAll({ type: "window" });
  const open = windows.find(({ focused }) => focused) ?? windows[0];
  if (!open) return self.clients.openWindow(url);
  await open.focus().catch(() => {});
  open.postMessage({ type: "open", url });
}

// Few browsers tell of it; the app, which looks at each start, does the rest.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(resubscribe(event));
});

async function resubscribe({ oldSubscription, newSubscription }) {
  if (await tell({ type: "push.changed" })) return;
  const user = await kept("user");
  if (!user || !(await kept(`push:${user.id}`))) return; // two people who share a phone each have their own wish
  const renewed = await fetch("/api/v1/auth/refresh", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
  if (!renewed.ok) return; // nobody is signed in
  const headers = { Authorization: `Bearer ${(await renewed.json()).access_token}`, "Content-Type": "application/json" };
  const { public_key: key } = await (await fetch("/api/v1/push/key", { headers })).json();
  const fresh = newSubscription ?? (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const told = etabliDevice.subscription(fresh);
  const body = JSON.stringify({ ...told, public_key: told.public_key || key });
  await fetch("/api/v1/push/subscriptions", { method: "PUT", headers, body });
}
