// Starts Pyodide, the same way in the browser's worker and under Node, where the build makes the memory snapshot:
// a snapshot only fits an interpreter that was laid out alike (same library at the same address, same table).
export const NATIVE = "/native/_pydantic_core.so";
const ARCHIVES = ["/app.zip", "/packages.zip"];

// Pyodide's own `instantiateWasm` imports two functions from this module of 100 bytes; ours must give them too.
const ERROR_MODULE =
  "AGFzbQEAAAABDANfAGAAAW9gAW8BfwMDAgECBygCE0pzdl9HZXRFcnJvcl9pbXBvcnQAAA5Kc3ZFcnJvcl9DaGVjawABChMCBwD7AQD7GwsJACAA+xr7FAAL";
const LOCK = {
  info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten", version: "", python: "3.14" },
  packages: {},
};

/**
 * files: {base, native} addresses; wasm(imports) -> {instance, module}; archives: promises of the two zips' bytes.
 * snapshot: bytes to resume from, or null for a plain start. make: true to be able to take a snapshot afterwards.
 */
export async function startInterpreter({ files, wasm, archives, snapshot = null, make = false, print = console.log }) {
  const { loadPyodide } = await import(files.base + "pyodide.mjs");
  const python = await loadPyodide({
    indexURL: files.base,
    lockFileContents: LOCK,
    packageBaseUrl: files.base,
    env: { HOME: "/home/etabli" },
    stdout: print,
    stderr: print,
    fsInit: async (FS) => {
      FS.mkdirTree("/native");
      FS.writeFile(NATIVE, new Uint8Array(0)); // loaded before Python starts; the loader only asks whether it exists
      const contents = await Promise.all(archives);
      ARCHIVES.forEach((path, index) => FS.writeFile(path, contents[index], { canOwn: true }));
    },
    createPyodideModule: async (settings) => {
      settings.dynamicLibraries = [NATIVE];
      settings.locateFile = (name) => (name === NATIVE ? files.native : files.base + name);
      settings.instantiateWasm = (imports, done) => {
        instantiate(imports, wasm, snapshot).then(({ instance, module }) => done(instance, module));
        return {};
      };
      return (await import(files.base + "pyodide.asm.mjs")).default(settings);
    },
    ...(make ? { _makeSnapshot: true } : {}),
    ...(snapshot ? { _loadSnapshot: snapshot } : {}),
  });
  if (!snapshot) {
    python.runPython(`import sys; sys.path[:0] = ${JSON.stringify(ARCHIVES)}`);
    python.runPython(`import etabli_boot; etabli_boot.prepare(${JSON.stringify(NATIVE)})`);
  }
  return python;
}

async function instantiate(imports, wasm, snapshot) {
  Object.assign(imports.env, await errorFunctions());
  const { instance, module } = await wasm(imports);
  const memory = instance.exports.memory;
  const missing = (snapshot?.byteLength ?? 0) - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536)); // the module owns its memory and gives it 32 MB
  return { instance, module };
}

async function errorFunctions() {
  const bytes = Uint8Array.from(atob(ERROR_MODULE), (c) => c.charCodeAt(0));
  try {
    return (await WebAssembly.instantiate(bytes)).instance.exports;
  } catch {
    const marker = Symbol("error"); // engines without garbage-collected references (iOS before 18.2)
    return { Jsv_GetError_import: () => marker, JsvError_Check: (value) => value === marker };
  }
}
