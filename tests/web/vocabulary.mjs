// node vocabulary.mjs INTERPRETER.mjs PYTHON_DIR APP.zip VOCABULARY.py: what the bundle's own Python makes of every schema.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const [interpreter, folder, app, script] = process.argv.slice(2);
const { startInterpreter } = await import(pathToFileURL(interpreter).href);
const compiled = (name) => WebAssembly.compile(fs.readFileSync(`${folder}/${name}`));
const python = await startInterpreter({
  base: folder + "/",
  modules: { wasm: compiled("pyodide.asm.wasm"), library: compiled("pydantic_core.so") },
  archives: [fs.readFileSync(app), fs.readFileSync(folder + "/packages.zip")],
});
python.FS.writeFile("/vocabulary.py", fs.readFileSync(script));
python.runPython("import sys; sys.path.append('/'); import vocabulary");
fs.writeFileSync(1, python.runPython("vocabulary.told('/app.zip', ['shared_models', 'mobile_app'])"));
process.exit(0);
