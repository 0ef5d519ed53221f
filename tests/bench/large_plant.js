// Runs before the page's own scripts: when a machine's name is first on the screen, and when a first load is through: its cursor says so.
(names, loads) => {
  const bench = (window.bench = { began: 0, row: 0, stored: 0 });
  const known = new Set(names);
  bench.begin = () => addEventListener("pointerup", () => Object.assign(bench, { began: performance.now(), row: 0 }), { capture: true, once: true });
  const shows = () => [...document.querySelectorAll("flt-semantics-host *")].some((node) => {
    const text = node.ariaLabel ?? [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join(" ");
    return text && text.split(/\n| · |, /).some((part) => known.has(part));
  });
  const look = () => {
    document.querySelector("flt-semantics-placeholder")?.click();
    if (!bench.row && shows()) bench.row = performance.now();
    if (!bench.row) setTimeout(look, 50);
    else if (!bench.began) bench.row ||= performance.now();
  };
  bench.step = () => {
    bench.stepped = 0;
    const now = () => [...document.querySelectorAll("flt-semantics-host [role=button]")].map((node) => node.ariaLabel ?? node.textContent).join();
    const seen = now();
    addEventListener("pointerup", () => {
      const began = performance.now();
      const look = () => (now() === seen ? setTimeout(look, 10) : requestAnimationFrame(() => (bench.stepped = performance.now() - began)));
      look();
    }, { capture: true, once: true });
  };
  const sweepOf = (cursor) => JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))).at(-1);
  const held = async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith("etabli-u-"));
    for (const name of names) {
      const cursor = await new Promise((resolve) => {
        const request = indexedDB.open(name);
        request.onerror = () => resolve(null);
        request.onupgradeneeded = () => request.transaction.abort();
        request.onsuccess = () => {
          const database = request.result;
          const read = database.transaction("kv").objectStore("kv").get("cursor");
          read.onsuccess = () => (database.close(), resolve(read.result?.value ?? null));
          read.onerror = () => (database.close(), resolve(null));
        };
      });
      if (cursor && sweepOf(JSON.parse(cursor)) === null) return (bench.stored = performance.now());
    }
    setTimeout(held, 150);
  };
  look();
  if (loads) held();
}
