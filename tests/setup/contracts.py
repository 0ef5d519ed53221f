"""A contract for import-linter: what only a package itself may import, whichever the package."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OwnModulesContract(Contract):
    """`root.X.<module>` is imported from within `root.X` and by the assemblers only, for every X."""

    type_name = "own_modules"

    root = fields.StringField()
    modules = fields.ListField(subfield=fields.StringField())
    assemblers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = [(importer, module) for module in self._own(graph) for importer in self._strangers(graph, module)]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, module in check.metadata["broken"]:
            output.print_error(f"{importer} must not import {module}: ask its service", bold=False)

    def _own(self, graph: ImportGraph) -> list[str]:
        depth = self.root.count(".") + 2
        names = (name.split(".") for name in graph.modules if name.startswith(f"{self.root}."))
        return [".".join(parts) for parts in names if len(parts) == depth + 1 and parts[-1] in self.modules]

    def _strangers(self, graph: ImportGraph, module: str) -> list[str]:
        allowed = (module.rpartition(".")[0], *self.assemblers)
        importers = graph.find_modules_that_directly_import(module)
        return sorted(name for name in importers if not f"{name}.".startswith(tuple(f"{prefix}." for prefix in allowed)))
