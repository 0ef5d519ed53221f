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
 * base: address of Pyodide's files. modules: promises of {wasm, library}, compiled; archives: promises of the two zips' bytes.
 * snapshot: promise of the bytes to resume from, or null for a plain start. make: true to be able to take one afterwards.
 */
export async function startInterpreter({ base, modules, archives, snapshot = null, make = false, print = console.log, complain = console.error, lap = () => {} }) {
  const { loadPyodide } = await import(base + "pyodide.mjs");
  lap("module");
  let failed;
  const failure = new Promise((_, reject) => (failed = reject)); // Pyodide would wait for ever for a module that does not compile
  failure.catch(() => {});
  for (const part of [modules.wasm, modules.library, ...archives]) Promise.resolve(part).catch((error) => failed(error)); // it would also go on without
  const loading = loadPyodide({
    indexURL: base,
    lockFileContents: LOCK,
    packageBaseUrl: base,
    env: { HOME: "/home/etabli" },
    stdout: print,
    stderr: complain,
    fsInit: async (FS) => {
      FS.mkdirTree("/native");
      FS.writeFile(NATIVE, new Uint8Array(0)); // loaded before Python starts; the loader only asks whether it exists
      const contents = await Promise.all(archives);
      ARCHIVES.forEach((path, index) => FS.writeFile(path, contents[index], { canOwn: true }));
    },
    createPyodideModule: async (settings) => {
      settings.dynamicLibraries = [NATIVE];
      settings.compiledLibraries = { [NATIVE]: modules.library };
      settings.instantiateWasm = (imports, done) => {
        instantiate(imports, modules.wasm, snapshot).then(({ instance, module }) => {
          lap("wasm");
          done(instance, module);
        }, failed);
        return {};
      };
      const { default: createModule } = await import(base + "pyodide.asm.mjs");
      lap("glue");
      const module = await createModule(settings);
      lap("library");
      return module;
    },
    ...(make ? { _makeSnapshot: true } : {}),
    ...(snapshot ? { _loadSnapshot: snapshot } : {}),
  });
  const python = await Promise.race([loading, failure]);
  if (!snapshot) {
    python.runPython(`import sys; sys.path[:0] = ${JSON.stringify(ARCHIVES)}`);
    python.runPython(`import etabli_boot; etabli_boot.prepare(${JSON.stringify(NATIVE)})`);
  }
  return python;
}

async function instantiate(imports, compiled, snapshot) {
  const [module, functions, resumed] = await Promise.all([compiled, errorFunctions(), snapshot]);
  Object.assign(imports.env, functions);
  const instance = await WebAssembly.instantiate(module, imports);
  const memory = instance.exports.memory;
  const missing = (resumed?.byteLength ?? 0) - memory.buffer.byteLength;
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
