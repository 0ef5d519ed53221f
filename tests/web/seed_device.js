// What a device that has been signed in holds, in the shape of the app's local store.
async () => {
  const user = "0190b6a0-0000-7000-8000-000000000001";
  const open = (name, upgrade) =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => upgrade(request.result);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const put = (database, store, record) =>
    new Promise((resolve) => {
      const transaction = database.transaction(store, "readwrite");
      transaction.objectStore(store).put(record);
      transaction.oncomplete = resolve;
    });
  const device = await open("etabli-device", (database) => database.createObjectStore("kv", { keyPath: "key" }));
  await put(device, "kv", { key: "user", value: JSON.stringify({ id: user, name: "K. Benali", role: "technician" }) });
  await put(device, "kv", { key: "lang", value: '"fr"' });
  const own = await open(`etabli-u-${user}`, (database) => {
    const rows = database.createObjectStore("rows", { keyPath: "key" });
    rows.createIndex("entity", "e");
    rows.createIndex("refs", "refs", { multiEntry: true });
    database.createObjectStore("outbox", { keyPath: "id" });
    database.createObjectStore("blobs", { keyPath: "id" });
    database.createObjectStore("kv", { keyPath: "key" });
  });
  const machine = {
    id: "0190b6a0-0000-7000-8000-000000000002", code: "EQ-0147", name: "Palettiseur 2", manufacturer: "Newtec", model: "P30",
    status: "broken", status_since: new Date(Date.now() - 25 * 60000).toISOString(), status_reason: "Vérin de poussée bloqué",
  };
  await put(own, "rows", { key: `equipment/${machine.id}`, e: "equipment", s: null, refs: ["label:ABCD234U"], j: JSON.stringify(machine) });
  await put(own, "kv", { key: "today_card", value: JSON.stringify({
    title: "Aujourd’hui", subtitle: "Lundi 23 novembre", lead: { label: "EN COURS", title: "Fuite vérin de poussée", subtitle: "Palettiseur 2" },
    section: "À faire", items: [{ title: "Graissage paliers", subtitle: "Souffleuse 1", badge: "Retard 2 j", tone: "bad" }],
  }) });
  device.close();
  own.close();
}
