// node snapshot.mjs INTERPRETER.mjs PYTHON_DIR APP.zip OUT.bin PRELOAD.json: memory of an interpreter with the app imported.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", (error) => {
  console.error(error.message || error);
  process.exit(1);
});

const [interpreter, folder, app, target, preload] = process.argv.slice(2);
const { startInterpreter } = await import(pathToFileURL(interpreter).href);

function start(options) {
  return startInterpreter({
    base: folder + "/",
    modules: { wasm: compiled("pyodide.asm.wasm"), library: compiled("pydantic_core.so") },
    archives: [fs.readFileSync(app), fs.readFileSync(folder + "/packages.zip")],
    ...options,
  });
}

function compiled(name) {
  return WebAssembly.compile(fs.readFileSync(folder + "/" + name));
}

const maker = await start({ make: true });
const { modules, flet } = JSON.parse(fs.readFileSync(preload, "utf8"));
maker.runPython(`import etabli_boot; etabli_boot.preload(${JSON.stringify(modules)}, ${JSON.stringify(flet)})`);
const bytes = maker.makeMemorySnapshot();

const resumed = await start({ snapshot: bytes });
const answer = resumed.runPython("import flet, pydantic; pydantic.TypeAdapter(list[int]).validate_python(['41'])[0] + 1");
if (answer !== 42) throw new Error("the snapshot does not resume");
fs.writeFileSync(target, bytes);
process.exit(0);
