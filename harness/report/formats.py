"""Which report formats there are. Every module beside this one is a format: its file name is its name."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType


def formats() -> dict[str, ModuleType]:
    """Every format by name, sorted: a module with `render(result)` and `FILE_NAME`.

    `FILE_NAME` is the file that belongs into the run folder, or None for what is only shown.
    """
    package, own_name = __name__.rsplit(".", 1)
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    names = sorted(module.name for module in found if not module.ispkg and module.name != own_name)
    return {name: importlib.import_module(f"{package}.{name}") for name in names}
