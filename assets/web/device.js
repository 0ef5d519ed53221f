// What the app keeps on the device, read by the page before the app runs. Never creates a database: that is the app's to do.
(() => {
  const open = (name) =>
    new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onupgradeneeded = () => request.transaction.abort();
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close(); // or the app could neither upgrade nor delete it
        resolve(request.result);
      };
      request.onerror = (event) => (event.preventDefault(), resolve(null));
    });

  const read = (database, store, query) =>
    new Promise((resolve) => {
      if (!database?.objectStoreNames.contains(store)) return resolve(null);
      const request = query(database.transaction(store).objectStore(store));
      request.onsuccess = () => resolve(request.result ?? null);
      request.onerror = () => resolve(null);
    });

  const value = async (database, key) => {
    const record = await read(database, "kv", (store) => store.get(key));
    return record ? JSON.parse(record.value) : null;
  };

  const letters = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  // What the server is told of a push subscription.
  const subscription = (held) => {
    if (!held) return null;
    const { applicationServerKey } = held.options ?? {};
    return {
      endpoint: held.endpoint,
      p256dh: letters(held.getKey("p256dh")),
      auth: letters(held.getKey("auth")),
      public_key: applicationServerKey ? letters(applicationServerKey) : "",
    };
  };

  self.etabliDevice = { open, read, value, subscription };
})();
