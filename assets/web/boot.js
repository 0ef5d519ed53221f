// Asks the device for what it already knows and starts Python at once; draws the one while the other loads.
(() => {
  const { build, fail, progress, reasonOf } = window.etabli;
  const boot = document.getElementById("boot");
  performance.mark("boot");
  const channel = `etabli-bridge-${crypto.getRandomValues(new Uint32Array(2)).join("")}`; // one per tab
  appearance({});
  const drawn = drawCard().catch(console.warn); // its questions to the device are out before Python takes the processor
  Object.assign(window.etabli, { channel, python: startPython(), leave, restyle });
  // A page that WebKit keeps for "back" keeps its worker too, and with it the lock of who talks to the server: no other page would ever
  // send anything. Nor could it go on as it was: Flutter's frames are broken then.
  addEventListener("pagehide", () => window.etabli.python.worker?.terminate());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  // The engine is ten megabytes to run through: let the card reach the screen first, but never wait for a slow disk.
  Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, 400))]).then(() => {
    requestAnimationFrame(() => setTimeout(() => load(build.engine), 0));
  });

  /** {worker, packets, started}: what Python sends before Flutter listens is kept, and its errors are heard from the first moment. */
  function startPython() {
    const packets = [];
    let worker = null;
    const python = { packets, deliver: (packet) => packets.push(packet) };
    python.started = new Promise((resolve, reject) => {
      worker = python.worker = newWorker();
      worker.onmessage = ({ data }) => {
        progress();
        if (data instanceof Uint8Array) return python.deliver(data);
        if (data.error) return stopped(data.error), reject(new Error(data.error));
        if (data.times) resolve(data);
      };
      worker.onerror = (event) => {
        if (window.etabli.start) return; // it runs, and says itself when it cannot go on
        stopped(event.message ?? build.worker, event.message ? null : "missing"), reject(new Error("worker"));
      };
    });
    python.started.catch(() => {}); // said already
    if (!worker) return python;
    worker.postMessage({ ...build.python, snapshot: mayResume() ? build.python.snapshot : null, documentUrl: document.URL, channel });
    return python;
  }

  function newWorker() {
    let takesModules = false;
    try {
      return new Worker(build.worker, { name: "python", get type() { return (takesModules = true), "module"; } });
    } catch (error) {
      fail("blocked", String(error));
      throw error;
    } finally {
      if (!takesModules) fail("browser", "module workers");
    }
  }

  const stopped = (text, reason) => fail(reason ?? reasonOf(text), text);

  // A snapshot that twice did not reach the app's start is left alone until a plain start has worked.
  function mayResume() {
    try {
      const [id, tries] = (localStorage.getItem("etabli-resume") ?? "").split(" ");
      const count = id === build.id ? Number(tries) : 0;
      localStorage.setItem("etabli-resume", `${build.id} ${count + 1}`);
      return count < 2;
    } catch {
      return true; // no storage in this browser: then there is no snapshot either
    }
  }

  function load(address) {
    const script = document.createElement("script");
    script.src = address;
    document.body.append(script);
  }

  function appearance({ theme, lang }) {
    const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.documentElement.lang = lang ?? build.lang;
    document.querySelector("link[rel=manifest]").href = `/manifest.${document.documentElement.lang}.webmanifest`;
  }

  // What was chosen in the app since, for what the page draws over it.
  async function restyle() {
    const device = await etabliDevice.open("etabli-device");
    const [theme, lang] = await Promise.all(["theme", "lang"].map((key) => etabliDevice.value(device, key)));
    device?.close();
    appearance({ theme, lang });
  }

  function text(key) {
    return build.texts[document.documentElement.lang][key] ?? key;
  }

  async function drawCard() {
    const { open } = etabliDevice;
    const last = remembered("etabli-last-user"); // whose data to open meanwhile; who is signed in is read from the device
    const guessed = last && open(`etabli-u-${last}`);
    const device = await open("etabli-device");
    try {
      await drawCardOf(device, last, guessed);
    } finally {
      device?.close(); // a page that WebKit keeps for "back" would hold it, and nobody could delete it
      guessed?.then((database) => database?.close());
    }
  }

  async function drawCardOf(device, last, guessed) {
    const { open, value } = etabliDevice;
    const [user, theme, lang] = await Promise.all(["user", "theme", "lang"].map((key) => value(device, key)));
    appearance({ theme, lang });
    if (!user) return;
    remember("etabli-last-user", user.id);
    const own = await (user.id === last ? guessed : open(`etabli-u-${user.id}`));
    let card;
    try {
      card = (await machineCard(own)) ?? todayCard(await value(own, "today_card"));
    } finally {
      own?.close();
    }
    if (!card || !boot.isConnected || boot.querySelector(".trouble")) return;
    boot.querySelector("main").replaceWith(card);
    requestAnimationFrame(() => setTimeout(() => performance.mark("card-painted"), 0));
  }

  function remembered(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  function remember(key, text) {
    try {
      localStorage.setItem(key, text);
    } catch {
      // no storage in this browser: the card comes a little later
    }
  }

  // A machine is a record of its own, or lies in the last pack whose contents name it; storage.js writes both.
  async function labelled(database, ref) {
    const { read } = etabliDevice;
    const packed = read(database, "contents", (store) => store.index("entity").getAll("equipment"));
    const alone = await read(database, "rows", (store) => store.index("refs").get(ref));
    if (alone) return JSON.parse(alone.j);
    const places = ((await packed) ?? []).flatMap(({ pack, keys, refs }) => keys.map((key, place) => [key, { pack, place, refs: refs[place] }]));
    const [key, found] = [...new Map(places)].find(([, { refs }]) => refs.includes(ref)) ?? [];
    if (!found || (await read(database, "rows", (store) => store.get(key)))) return null;
    const pack = await read(database, "packs", (store) => store.get(found.pack));
    return pack && JSON.parse(new TextDecoder().decode(line(pack.j, 2 * found.place + 1)));
  }

  function line(whole, number) {
    let at = 0;
    for (let passed = 0; passed < number; passed++) at = whole.indexOf(10, at) + 1;
    return whole.subarray(at, whole.indexOf(10, at));
  }

  async function machineCard(database) {
    const code = location.pathname.startsWith("/e/") && etabliLabels(build.labels)(location.pathname);
    if (!code) return null;
    const machine = await labelled(database, "label:" + code);
    if (!machine) return null;
    const status = text("boot.status_" + machine.status);
    const tone = { active: "ok", broken: "bad", maintenance: "warning" }[machine.status] ?? "off";
    return element("main", "preview machine", [
      element("h1", "", machine.name),
      element("p", "quiet", [machine.code, machine.manufacturer, machine.model].filter(Boolean).join(" · ")),
      element("div", "card", [
        element("div", "row", [element("span", "chip " + tone, status), element("span", "quiet", since(machine.status_since))]),
        ...(machine.status_reason ? [element("p", "", machine.status_reason)] : []),
      ]),
    ]);
  }

  // today_card: {title, subtitle, lead?: {label, title, subtitle}, section?, items: [{title, subtitle, badge, tone}]}
  function todayCard(today) {
    if (!today) return null;
    const items = (today.items ?? []).map((item) =>
      element("div", "card", [
        element("div", "row", [element("h2", "", item.title), element("span", "chip " + item.tone, item.badge)]),
        element("p", "quiet", item.subtitle),
      ]),
    );
    const lead = today.lead && element("div", "card lead", [
      element("p", "quiet", today.lead.label), element("h2", "", today.lead.title), element("p", "quiet", today.lead.subtitle),
    ]);
    const parts = [element("h1", "", today.title), element("p", "quiet", today.subtitle), lead];
    return element("main", "preview today", [...parts.filter(Boolean), today.section && element("h2", "", today.section), ...items].filter(Boolean));
  }

  function element(tag, className, content) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...(Array.isArray(content) ? content : [content ?? ""]));
    return node;
  }

  function since(instant) {
    const minutes = Math.round((new Date(instant) - Date.now()) / 60000);
    if (!Number.isFinite(minutes)) return "";
    const [amount, unit] = minutes > -60 ? [minutes, "minute"] : minutes > -2880 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
    return new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" }).format(Math.round(amount), unit);
  }

  // The app's first frame is up.
  function leave() {
    if (!window.etabli.up() || !boot.isConnected || boot.classList.contains("leaving")) return;
    performance.mark("app");
    boot.classList.add("leaving");
    setTimeout(() => boot.remove(), 150);
  }
})();
