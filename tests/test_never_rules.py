"""The never-rules of the design, read off the source: who may import what, and touch the outside world."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HARNESS = ROOT / "harness"
STEPS = ("plan", "run", "evidence", "verdict", "report")
IMPURE = {
    *(
        "os",
        "sys",
        "time",
        "datetime",
        "random",
        "pathlib",
        "io",
        "shutil",
        "tempfile",
        "socket",
        "threading",
    ),
    *("subprocess", "urllib", "http", "psutil", "psycopg2", "yaml", "jinja2", "logging", "uuid", "secrets"),
}
DRIVERS = {
    "psycopg2": {"harness/drivers/database.py"},
    "psutil": {"harness/drivers/processes.py"},
    "subprocess": {"harness/drivers/commands.py", "harness/drivers/leash.py"},
    "urllib.request": {"harness/drivers/web.py"},
    "yaml": {"harness/plan/reading.py"},
    "jinja2": {"harness/report/html.py"},
}
GENERATOR_MAY = ("harness.generator", "harness.model.stage", "harness.model.buckets")


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """Full dotted names of all that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_any(path: Path, packages: tuple[str, ...]) -> list[str]:
    return [name for name in imports(path) if any(name == p or name.startswith(f"{p}.") for p in packages)]


def offenders(paths: list[Path], packages: tuple[str, ...]) -> dict[str, list[str]]:
    return {name_of(path): found for path in paths if (found := imports_any(path, packages))}


def test_only_the_generator_imports_locust() -> None:
    outside = [path for path in sources(HARNESS) if "generator" not in path.parts]
    assert offenders(outside, ("locust", "gevent", "geventhttpclient")) == {}


def test_the_generator_imports_locust_the_standard_library_and_its_own() -> None:
    import sys

    allowed = {*sys.stdlib_module_names, "locust", "gevent", "geventhttpclient", "requests", "__future__"}
    strangers = {}
    for path in sources(HARNESS / "generator"):
        own = [n for n in imports(path) if n.startswith("harness") and not n.startswith(GENERATOR_MAY)]
        own = [n for n in own if n not in ("harness", "harness.model", "harness.__version__")]
        foreign = [n for n in imports(path) if n.split(".")[0] not in allowed | {"harness"}]
        if own or foreign:
            strangers[name_of(path)] = own + foreign
    assert strangers == {}


@pytest.mark.parametrize("room", ["model", "verdict"])
def test_pure_rooms_touch_nothing_outside(room: str) -> None:
    found = {
        name_of(path): [name for name in imports(path) if name.split(".")[0] in IMPURE]
        for path in sources(HARNESS / room)
    }
    assert {name: bad for name, bad in found.items() if bad} == {}
    for path in sources(HARNESS / room):
        calls = [node.func.id for node in ast.walk(ast.parse(path.read_text())) if _is_named_call(node)]
        assert not {"open", "print", "input", "eval", "exec"} & set(calls), name_of(path)


def _is_named_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


@pytest.mark.parametrize("step", STEPS)
def test_steps_never_import_each_other(step: str) -> None:
    others = tuple(f"harness.{other}" for other in STEPS if other != step)
    assert offenders(sources(HARNESS / step), others) == {}


def test_reports_see_the_result_only() -> None:
    """What a report may import of ours: the nouns, and its own parts."""
    found = {}
    for path in sources(HARNESS / "report"):
        ours = [n for n in imports(path) if n.startswith("harness.")]
        bad = [n for n in ours if not n.startswith(("harness.model", "harness.report", "harness.errors"))]
        if bad:
            found[name_of(path)] = bad
    assert found == {}


@pytest.mark.parametrize("package", DRIVERS)
def test_one_driver_one_place(package: str) -> None:
    found = {name_of(path) for path in sources(HARNESS) if imports_any(path, (package,))}
    assert found <= DRIVERS[package]
    assert found, f"nothing imports {package}: the rule is out of date"


def test_harness_and_target_never_import_each_other() -> None:
    assert offenders(sources(HARNESS), ("target",)) == {}
    assert offenders(sources(ROOT / "target"), ("harness",)) == {}


def test_only_the_command_line_prints_exits_and_reads_the_environment() -> None:
    """The generator, the leash and the null server are programs of their own."""
    programs = {"harness/cli.py", "harness/drivers/leash.py", "harness/run/null_server.py"}
    found: dict[str, list[str]] = {}
    for path in sources(HARNESS):
        if name_of(path) in programs or "generator" in path.parts:
            continue
        text = path.read_text()
        calls = [node.func.id for node in ast.walk(ast.parse(text)) if _is_named_call(node)]
        prints = [name for name in calls if name == "print"]
        words = [word for word in ("os.environ", "os.getenv", "sys.exit", "sys.stdout") if word in text]
        if prints or words:
            found[name_of(path)] = prints + words
    assert found == {}


def test_a_missing_measurement_is_never_a_zero() -> None:
    """`x or 0` turns None into a number: nowhere in what judges."""
    for path in sources(HARNESS / "verdict"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
                last = node.values[-1]
                zero = isinstance(last, ast.Constant) and last.value in (0, 0.0) and last.value is not False
                promised = ast.unparse(node.values[0]).startswith(
                    "objective."
                )  # a promise, not a measurement
                assert promised or not zero, f"{name_of(path)}:{node.lineno}"
