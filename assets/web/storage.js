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
      // Many rows are one record of `packs`: written and read in a third of the time. A record of `rows` wins over what packs have of
      // the same key; with `gone` it stands for a row that left.
      (db, transaction) => {
        transaction.objectStore("rows").deleteIndex("entity");
        db.createObjectStore("packs", { autoIncrement: true }).createIndex("entity", "e");
      },
      // What a pack has of rows that are looked up: their keys and what they are looked up by, apart from the rows themselves.
      (db) => void db.createObjectStore("contents", { keyPath: "pack" }).createIndex("entity", "e"),
    ],
  };
  const PACKED_FROM = 50;
  const PACK_ROWS = 500;
  const TIDIED_FROM = 500;
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
    const needed = ["kv", ...(kind === "user" ? ["rows", "outbox", "blobs"] : []), ...(kind === "user" && !version ? ["packs", "contents"] : [])];
    const missing = needed.filter((store) => !db.objectStoreNames.contains(store));
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

  // A row's JSON is UTF-8 in packs and pages, which pass from the network to the disk and to Python as they are; text where it is looked up.
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const bytes = (text) => (typeof text === "string" ? encoder.encode(text) : text);
  const text = (json) => (typeof json === "string" ? json : decoder.decode(json));

  function joined(parts) {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) (whole.set(part, at), (at += part.length));
    return whole;
  }

  const BREAK = 10;
  /** Key and JSON of each, a line each: JSON has no line breaks of its own, and Python splits lines faster than it reads JSON. */
  const lines = (records) => joined(records.flatMap(({ key, j }) => [encoder.encode(key + "\n"), bytes(j), Uint8Array.of(BREAK)]));

  const packsOf = (store, entity) => store("packs").index("entity").getAll(entity);

  function addPacks(store, e, records) {
    for (let at = 0; at < records.length; at += PACK_ROWS) {
      const some = records.slice(at, at + PACK_ROWS);
      const refs = some.some((record) => record.refs.length) ? some.map((record) => record.refs) : null;
      store("packs").add({ e, sites: some.map(({ s }) => s), refs, j: lines(some) }).onsuccess = ({ target }) => {
        if (refs) store("contents").put({ pack: target.result, e, keys: some.map(({ key }) => key), refs });
      };
    }
  }

  const range = (entity) => IDBKeyRange.bound(entity + "/", entity + "0", false, true); // "0" follows "/"

  function* linesOf(whole) {
    for (let at = 0, end; at < whole.length; at = end + 1) {
      end = whole.indexOf(BREAK, at);
      if (end < 0) end = whole.length;
      yield whole.subarray(at, end);
    }
  }

  /** The records of packs and rows together, by their keys; what came last wins. */
  function unpacked(packs, records) {
    const found = new Map();
    for (const { e, sites, refs, j } of packs) {
      const all = linesOf(j);
      for (const [place, s] of sites.entries()) {
        const key = decoder.decode(all.next().value);
        found.set(key, { key, e, s, refs: refs?.[place] ?? [], j: all.next().value });
      }
    }
    for (const record of records) {
      if (!record.gone) found.set(record.key, record);
      else if (record.gone === true || record.gone.includes(found.get(record.key)?.s)) found.delete(record.key);
    }
    return found;
  }

  /** In parts, of which the later one wins. */
  const rows = (base, entity) =>
    base.within(["rows", "packs"], "readonly", (store) => {
      const packs = packsOf(store, entity);
      const found = store("rows").getAll(range(entity));
      return () => {
        if (found.result.some(({ gone }) => gone)) return [lines([...unpacked(packs.result, found.result).values()])];
        return [...packs.result.map(({ j }) => j), lines(found.result)];
      };
    });

  // As the server writes a change, on a line of its own.
  const CHANGE = /^\{"entity" ?: ?"(\w+)", ?"id" ?: ?"([^"\\]+)", ?"site_id" ?: ?(?:null|"([^"\\]+)"), ?"row" ?: ?/;
  const LONGEST_START = 200;
  const COMMA = 44;

  /** A page of a pull, of which neither Python nor we read the rows: what Python needs to know of it, and what `take` writes.
   *  kinds: {entity: {held, refs: [[name, field]]}} */
  function page(body, kinds) {
    const kindOf = JSON.parse(kinds);
    const { whole, head, changes } = opened(body) ?? opened(framed(body));
    const puts = changes.filter(({ isGone }) => !isGone).map(({ e, id, s, j }) => {
      const refs = kindOf[e]?.refs.length ? refsOf(id, j, kindOf[e].refs) : [];
      return { key: `${e}/${id}`, e, s, refs, j };
    });
    const drops = changes.filter(({ isGone }) => isGone).map(({ e, id, s }) => [`${e}/${id}`, s]);
    const held = puts.filter(({ e }) => kindOf[e]?.held).map(({ key, j }) => [key, j.byteOffset - whole.byteOffset, j.length]);
    return { puts, drops, whole: whole === body ? null : whole, head: JSON.stringify({ head, drops, keys: puts.map(({ key }) => key), held }) };
  }

  function refsOf(id, j, fields) {
    const row = fields.every(([, field]) => field === "id") ? { id } : JSON.parse(text(j));
    return fields.flatMap(([name, field]) => [row[field] ?? []].flat().map((value) => `${name}:${value}`));
  }

  /** What a body with its changes on lines of their own is made of; null for another. */
  function opened(whole) {
    const [first, ...rest] = linesOf(whole);
    const last = rest.pop();
    if (!last || decoder.decode(first) !== '{"changes":[') return null;
    const changes = rest.filter(({ length }) => length).map(change);
    return changes.includes(null) ? null : { whole, changes, head: JSON.parse("{" + decoder.decode(last.subarray(2))) };
  }

  function change(line) {
    const found = CHANGE.exec(decoder.decode(line.subarray(0, LONGEST_START)));
    if (!found) return null;
    const [start, e, id, s = null] = found;
    const j = line.subarray(start.length, line.length - (line.at(-1) === COMMA ? 2 : 1));
    return { e, id, s, j, isGone: j.length === 4 && decoder.decode(j) === "null" };
  }

  function framed(body) {
    const { changes, ...head } = JSON.parse(decoder.decode(body));
    const each = changes.map(({ entity, id, site_id, row }) => JSON.stringify({ entity, id, site_id, row }));
    return encoder.encode(`{"changes":[\n${each.join(",\n")}\n],${JSON.stringify(head).slice(1)}`);
  }

  const rowsOf = (base, entity, ref) =>
    base.within(["rows", "packs", "contents"], "readonly", (store) => {
      const single = store("rows").index("refs").getAll(ref);
      const [packs, keys, over] = [[], [], []];
      packsWith(store, entity, (_, refs) => refs.includes(ref), (foundPacks, foundKeys) => {
        packs.push(...foundPacks);
        keys.push(...foundKeys);
        for (const key of keys) store("rows").get(key).onsuccess = ({ target }) => target.result && over.push(target.result);
      });
      return () => {
        const all = unpacked(packs, over);
        const packed = keys.map((key) => all.get(key)).filter((record) => record?.refs.includes(ref));
        const found = new Map([...packed, ...single.result.filter(({ e }) => e === entity)].map((record) => [record.key, text(record.j)]));
        return `[${[...found.values()].join(",")}]`;
      };
    });

  const rowsAt = (base, keys) =>
    base.within(["rows", "packs", "contents"], "readonly", (store) => {
      const wanted = JSON.parse(keys);
      const single = wanted.map((key) => store("rows").get(key));
      const packs = [];
      const lookInPacks = () => {
        const packed = new Set(wanted.filter((_, place) => isPacked(single[place].result)));
        const entities = new Set([...packed].map((key) => key.split("/")[0]));
        for (const entity of entities) packsWith(store, entity, (key) => packed.has(key), (found) => packs.push(...found));
      };
      if (single.length) single.at(-1).onsuccess = lookInPacks;
      return () => {
        const all = unpacked(packs, single.map(({ result }) => result).filter(Boolean));
        return JSON.stringify(wanted.map((key) => (all.has(key) ? text(all.get(key).j) : null)));
      };
    });

  /** Whether packs are to be asked: a row of its own, or one that is gone wherever it was, is all there is to know. */
  const isPacked = (record) => !record || Array.isArray(record.gone);

  /** Packs in their order, and the keys in them that are wanted; all of a pack without contents, which cannot tell. */
  function packsWith(store, entity, isWanted, found) {
    const all = store("packs").index("entity").getAllKeys(entity);
    store("contents").index("entity").getAll(entity).onsuccess = ({ target: { result: contents } }) => {
      const last = new Map(contents.flatMap(({ pack, keys, refs }) => keys.map((key, place) => [key, { pack, refs: refs[place] }])));
      const keys = [...last.keys()].filter((key) => isWanted(key, last.get(key).refs));
      const told = new Set(contents.map(({ pack }) => pack));
      const wanted = new Set(keys.map((key) => last.get(key).pack));
      const packs = all.result.filter((pack) => wanted.has(pack) || !told.has(pack)).map((pack) => store("packs").get(pack));
      if (packs.length) packs.at(-1).onsuccess = () => found(packs.map(({ result }) => result), keys);
    };
  }

  /** batch: {reset, drops: [[key, site]], puts: [record], sites: [id] | null, kv: {key: value}}; a row that is put is not dropped. */
  const apply = (base, batch) => write(base, JSON.parse(batch));
  const take = (base, { puts, drops }, rest) => write(base, { puts, drops, ...JSON.parse(rest) });

  const write = (base, batch) =>
    base.within(["rows", "packs", "contents", "kv"], "readwrite", (store) => {
      const table = store("rows");
      if (batch.reset) for (const name of ["rows", "packs", "contents"]) store(name).clear();
      const puts = new Map(batch.puts.map((record) => [record.key, record]));
      for (const [entity, records] of grouped(puts.values(), ({ e }) => e)) {
        if (records.length >= PACKED_FROM) putPacks(store, entity, records);
        else for (const record of records) table.put({ ...record, j: text(record.j) });
      }
      const drops = grouped(batch.drops.filter(([key]) => !puts.has(key)), ([key]) => key);
      for (const [key, gone] of drops) drop(store, key, gone.map(([, site]) => site));
      if (batch.sites) keepSites(store, new Set(batch.sites));
      for (const [key, value] of Object.entries(batch.kv)) store("kv").put({ key, value });
    });

  function putPacks(store, entity, records) {
    const packed = new Set(records.map(({ key }) => key));
    store("rows").getAllKeys(range(entity)).onsuccess = ({ target }) => {
      for (const key of target.result.filter((key) => packed.has(key))) store("rows").delete(key);
    };
    addPacks(store, entity, records);
  }

  /** Where packs may have the row too, something has to say that it is gone from those sites. */
  function drop(store, key, sites) {
    const table = store("rows");
    store("packs").index("entity").getKey(key.split("/")[0]).onsuccess = ({ target: { result: pack } }) => {
      table.get(key).onsuccess = ({ target: { result: record } }) => {
        if (record?.gone ? record.gone === true : record ? !sites.includes(record.s) : !pack) return;
        if (!pack) table.delete(key);
        else table.put({ key, gone: record?.gone ? [...record.gone, ...sites] : record ? true : sites });
      };
    };
  }

  function grouped(items, keyOf) {
    const found = new Map();
    for (const item of items) {
      const key = keyOf(item);
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(item);
    }
    return found;
  }

  /** Rows after packs: by then those that lie in the packs of this batch have left. */
  function keepSites(store, sites) {
    const goes = (s) => s !== null && !sites.has(s);
    const changed = new Set();
    const rows = () => {
      store("rows").openCursor().onsuccess = ({ target }) => {
        const cursor = target.result;
        if (cursor?.value.j && goes(cursor.value.s)) cursor.update({ key: cursor.key, gone: true });
        if (cursor) cursor.continue();
        else for (const entity of changed) repack(store, entity, ({ s }) => !goes(s));
      };
    };
    store("packs").openCursor().onsuccess = ({ target }) => {
      const cursor = target.result;
      if (cursor?.value.sites.some(goes)) changed.add(cursor.value.e);
      if (cursor) cursor.continue();
      else rows();
    };
  }

  /** Write the packs of an entity anew, with the rows that are theirs by now. */
  function repack(store, entity, stays = () => true) {
    const packs = packsOf(store, entity);
    const keys = store("packs").index("entity").getAllKeys(entity);
    store("rows").getAll(range(entity)).onsuccess = ({ target }) => {
      for (const key of keys.result) for (const name of ["packs", "contents"]) store(name).delete(key);
      store("rows").delete(range(entity));
      addPacks(store, entity, [...unpacked(packs.result, target.result).values()].filter(stays));
    };
  }

  /** What has changed since it was packed makes reading slower again. */
  const tidy = (base, entities) =>
    base.within(["rows", "packs", "contents"], "readwrite", (store) => {
      for (const entity of JSON.parse(entities)) {
        store("rows").count(range(entity)).onsuccess = ({ target }) => target.result >= TIDIED_FROM && repack(store, entity);
      }
    });

  const outbox = (base) =>
    base.within(["outbox"], "readonly", (store) => {
      const all = store("outbox").getAll();
      return () => JSON.stringify(all.result);
    });

  /** puts: [record], removes: [id], blobs: [id] to free. On disk when it resolves. */
  const writeOutbox = (base, changes) => {
    const { puts, removes, blobs } = JSON.parse(changes);
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

  const ofRows = { rows, rowsOf, rowsAt, page, take, apply, tidy };
  return { ...ofRows, open, claim, existing, keys, outbox, writeOutbox, putBlob, blob, blobIds, get, set, destroy };
})();
