// IndexedDB for the app's worker: each call from Python is one crossing and one transaction.
// The Python side is mobile_app/core/indexeddb.py.
globalThis.etabliStorage = (() => {
  const schemas = {
    device: [(db) => db.createObjectStore("kv", { keyPath: "key" })],
    user: [
      (db) => {
        const rows = db.createObjectStore("rows", { keyPath: "key" });
        rows.createIndex("entity", "e");
        rows.createIndex("refs", "refs", { multiEntry: true });
        db.createObjectStore("outbox", { keyPath: "id" });
        db.createObjectStore("blobs", { keyPath: "id" });
        db.createObjectStore("kv", { keyPath: "key" });
      },
    ],
  };
  const CONNECTION_LOST = new Set(["InvalidStateError", "UnknownError"]);
  const BLOCKED_AFTER_MS = 4000;
  const CLAIMED = 1000; // a version above every schema's: no tab opens such a database to write to it

  function connect(name, migrations, onSuperseded, version = migrations.length) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      const blocked = () => setTimeout(() => reject(new DOMException("another tab holds it", "BlockedError")), BLOCKED_AFTER_MS);
      request.onblocked = blocked;
      request.onerror = () => reject(request.error);
      request.onupgradeneeded = (event) => {
        for (const migrate of migrations.slice(event.oldVersion)) migrate(request.result, request.transaction);
      };
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = () => {
          db.close();
          onSuperseded?.();
        };
        resolve(db);
      };
    });
  }

  /** kind: "device" or "user". A connection that the system cut (iOS does, in the background) is opened again once. */
  async function open(name, kind, onSuperseded, version) {
    const migrations = schemas[kind];
    let superseded = false;
    const noticed = () => ((superseded = true), onSuperseded?.());
    let db = await connect(name, migrations, noticed, version);
    const missing = ["kv", ...(kind === "user" ? ["rows", "outbox", "blobs"] : [])].filter((store) => !db.objectStoreNames.contains(store));
    if (missing.length) {
      db.close();
      throw new DOMException(`no ${missing}`, "DataError");
    }
    const within = async (stores, mode, body, durability = "relaxed") => {
      for (let attempt = 0; ; attempt++) {
        try {
          return await transact(db, stores, mode, body, durability);
        } catch (error) {
          if (superseded || attempt || !CONNECTION_LOST.has(error.name)) throw error;
          db = await connect(name, migrations, noticed, version);
        }
      }
    };
    const close = () => {
      superseded = true; // a write that comes late must not open it again
      db.close();
    };
    return { within, close };
  }

  /** A database that stood in for another, for this tab alone: others let go of it, and do not open it again. */
  async function claim(name, kind) {
    const version = (await indexedDB.databases()).find((database) => database.name === name)?.version ?? 0;
    const isOurs = (version > 0 && version <= schemas[kind].length) || version >= CLAIMED;
    if (!isOurs) throw new DOMException(`version ${version}`, "VersionError");
    return open(name, kind, null, Math.max(version + 1, CLAIMED));
  }

  const existing = async (names) => {
    const found = new Set((await indexedDB.databases?.() ?? []).map((database) => database.name));
    return JSON.stringify(JSON.parse(names).filter((name) => found.has(name)));
  };

  function transact(db, stores, mode, body, durability) {
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(stores, mode, { durability });
      let result;
      transaction.oncomplete = () => resolve(result?.());
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
      try {
        result = body((store) => transaction.objectStore(store));
      } catch (error) {
        transaction.abort();
        reject(error);
      }
    });
  }

  /** Key and JSON of each, a line each: JSON has no line breaks of its own, and Python splits lines faster than it reads JSON. */
  const lines = (records) => records.flatMap((record) => [record.key, record.j]).join("\n");

  // By the range of keys "<entity>/…" ("0" follows "/"): the index on entities gives the same rows more slowly.
  const rows = (base, entity) =>
    base.within(["rows"], "readonly", (store) => {
      const found = store("rows").getAll(IDBKeyRange.bound(entity + "/", entity + "0", false, true));
      return () => lines(found.result);
    });

  /** A page of a pull, which Python neither reads nor writes: what it needs to know of it, and what `take` writes.
   *  kinds: {entity: {held, refs: [[name, field]]}} */
  function page(body, kinds) {
    const { changes, ...head } = JSON.parse(new TextDecoder().decode(body));
    const kindOf = JSON.parse(kinds);
    const puts = changes.filter(({ row }) => row !== null).map(({ entity, id, site_id, row }) => {
      const refs = (kindOf[entity]?.refs ?? []).flatMap(([name, field]) => [row[field] ?? []].flat().map((value) => `${name}:${value}`));
      return { key: `${entity}/${id}`, e: entity, s: site_id, refs, j: JSON.stringify(row) };
    });
    const drops = changes.filter(({ row }) => row === null).map(({ entity, id, site_id }) => [`${entity}/${id}`, site_id]);
    return {
      puts,
      drops,
      head: JSON.stringify({ head, drops, keys: puts.map(({ key }) => key) }),
      held: () => lines(puts.filter(({ e }) => kindOf[e]?.held)),
    };
  }

  const rowsOf = (base, entity, ref) =>
    base.within(["rows"], "readonly", (store) => {
      const found = store("rows").index("refs").getAll(ref);
      return () => `[${found.result.filter((record) => record.e === entity).map((record) => record.j).join(",")}]`;
    });

  const rowsAt = (base, keys) =>
    base.within(["rows"], "readonly", (store) => {
      const found = JSON.parse(keys).map((key) => store("rows").get(key));
      return () => JSON.stringify(found.map((request) => request.result?.j ?? null));
    });

  /** batch: {reset, drops: [[key, site]], puts: [record], sites: [id] | null, kv: {key: value}}; a row that is put is not dropped. */
  const apply = (base, text) => write(base, JSON.parse(text));
  const take = (base, { puts, drops }, text) => write(base, { puts, drops, ...JSON.parse(text) });

  const write = (base, batch) =>
    base.within(["rows", "kv"], "readwrite", (store) => {
      const table = store("rows");
      if (batch.reset) table.clear();
      for (const record of batch.puts) table.put(record);
      const put = new Set(batch.puts.map((record) => record.key));
      for (const [key, site] of batch.drops.filter(([key]) => !put.has(key))) {
        table.get(key).onsuccess = ({ target }) => target.result?.s === site && table.delete(key);
      }
      if (batch.sites) keepSites(table, new Set(batch.sites));
      for (const [key, value] of Object.entries(batch.kv)) store("kv").put({ key, value });
    });

  function keepSites(table, sites) {
    table.openCursor().onsuccess = ({ target }) => {
      const cursor = target.result;
      if (!cursor) return;
      if (cursor.value.s !== null && !sites.has(cursor.value.s)) cursor.delete();
      cursor.continue();
    };
  }

  const outbox = (base) =>
    base.within(["outbox"], "readonly", (store) => {
      const all = store("outbox").getAll();
      return () => JSON.stringify(all.result);
    });

  /** puts: [record], removes: [id], blobs: [id] to free. On disk when it resolves. */
  const writeOutbox = (base, text) => {
    const { puts, removes, blobs } = JSON.parse(text);
    const body = (store) => {
      for (const id of removes) store("outbox").delete(id);
      for (const record of puts) store("outbox").put(record);
      for (const id of blobs) store("blobs").delete(id);
    };
    return base.within(["outbox", "blobs"], "readwrite", body, "strict");
  };

  const putBlob = (base, id, blob, mime, created) =>
    base.within(["blobs"], "readwrite", (store) => void store("blobs").put({ id, blob, mime, created }), "strict");

  const blob = (base, id) =>
    base.within(["blobs"], "readonly", (store) => {
      const found = store("blobs").get(id);
      return () => found.result ?? null;
    });

  const blobIds = (base) =>
    base.within(["blobs"], "readonly", (store) => {
      const keys = store("blobs").getAllKeys();
      return () => JSON.stringify(keys.result);
    });

  const keys = (base, prefix) =>
    base.within(["kv"], "readonly", (store) => {
      const found = store("kv").getAllKeys(IDBKeyRange.bound(prefix, prefix + "\uffff"));
      return () => JSON.stringify(found.result);
    });

  const get = (base, key) =>
    base.within(["kv"], "readonly", (store) => {
      const found = store("kv").get(key);
      return () => found.result?.value ?? null;
    });

  const set = (base, key, value) =>
    base.within(["kv"], "readwrite", (store) => void (value === null ? store("kv").delete(key) : store("kv").put({ key, value })), "strict");

  const destroy = (name) =>
    new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onblocked = () => setTimeout(() => reject(new DOMException("another page reads it", "BlockedError")), BLOCKED_AFTER_MS);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });

  return { open, claim, existing, keys, rows, rowsOf, rowsAt, page, take, apply, outbox, writeOutbox, putBlob, blob, blobIds, get, set, destroy };
})();
