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
  const shell = async () => (await kept(BUILD.shell)) ?? fetch(request);
  if (!pathname.startsWith("/e/") || (await signedIn())) return shell();
  return fetch(request).catch(shell); // the server's page for operators
}

async function signedIn() {
  try {
    const database = await etabliDevice.open("etabli-device");
    const user = await etabliDevice.value(database, "user");
    database?.close();
    return Boolean(user);
  } catch {
    return false; // a device that keeps nothing has nobody signed in
  }
}

// A copy that cannot be read must not stand between the page and the server.
async function kept(pathname) {
  try {
    return await caches.match(pathname, { cacheName: CACHE, ignoreVary: true });
  } catch {
    return undefined;
  }
}

async function file(request, pathname) {
  const found = await kept(pathname.replace(MISSING_FONT, "$1roboto.woff2"));
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

// Notifications: {title, body, url, tag}
self.addEventListener("push", (event) => {
  const { title, ...rest } = event.data?.json() ?? {};
  if (!title) return;
  const { body, url = "/", tag } = rest;
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: "/icons/icon-192.png", badge: "/icons/badge.png", data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

async function show(url) {
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: false });
  if (!open) return self.clients.openWindow(url);
  await open.focus();
  open.postMessage({ type: "open", url });
}
