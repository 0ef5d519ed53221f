// node compile.mjs PYODIDE_DIR IN.zip OUT.zip: the modules of a zip compiled by the very Python that will run them.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", (error) => {
  console.error(error.message || error);
  process.exit(1);
});

const [folder, source, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(folder + "/pyodide.mjs").href);
const python = await loadPyodide({ indexURL: folder, env: { PYTHONNODEBUGRANGES: "1" } }); // of where code stands, the line: columns are a quarter of what is sent
python.FS.writeFile("/in.zip", fs.readFileSync(source));
python.runPython(`
import ast, importlib.util, marshal, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

def undocumented(tree):
    # Texts nobody reads on a phone. A class keeps a short one: dataclasses would compute a longer one.
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node, clean=False) is not None:
            if isinstance(node, ast.ClassDef):
                node.body[0].value.value = "."
            elif len(node.body) > 1 or isinstance(node, ast.Module):
                del node.body[0]
            else:
                node.body[0] = ast.copy_location(ast.Pass(), node.body[0])
    return tree

class Unheard(ast.NodeTransformer):
    # What nobody hears on a phone either, and is still put together: Flet tells of each value that it compares.
    def visit_Expr(self, node):
        match node.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="logger"), attr="debug")) if not self.acts(node):
                return ast.copy_location(ast.Pass(), node)
        return node

    def acts(self, node):
        return any(isinstance(part, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)) for part in ast.walk(node))

with zipfile.ZipFile("/in.zip") as source, zipfile.ZipFile("/out.zip", "w", zipfile.ZIP_STORED) as target:
    for name in sorted(source.namelist()):
        if name.endswith("/"):
            continue
        content = source.read(name)
        if name.endswith(".py"):
            code = compile(Unheard().visit(undocumented(ast.parse(content, name))), name, "exec", dont_inherit=True)
            name, content = name + "c", _code_to_hash_pyc(code, importlib.util.source_hash(content), False)
        target.writestr(zipfile.ZipInfo(name), bytes(content))
`);
fs.writeFileSync(target, python.FS.readFile("/out.zip"));
