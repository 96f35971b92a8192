"""What user classes and shapes there are, told to the harness as JSON by a child process.

    python -m harness.generator.inspection --locustfile F [--locustfile F2] [--shapes-dir DIR]
        [--shape KIND --parameters JSON]
    python -m harness.generator.inspection --serve      answers a JSON list of such words a line

Importing Locust patches sockets and threads of whoever imports it, so the harness asks this child. Never ends
with a traceback for a mistake in a user's file: that is a problem, with file and line.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import signal
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import locust
from locust.util.directory import get_abspaths_in
from locust.util.load_locustfile import load_locustfile

from harness.generator.parameters import parameters_of, set_parameters
from harness.generator.scheduled_shape import ParameterError, ScheduledShape
from harness.model.stage import Schedule

IDLE_S = 10
"""A serving child that is asked nothing for so long ends."""

Problem = dict[str, str | None]


def main(arguments: list[str]) -> dict[str, Any]:
    """Everything that was found, ready to be printed."""
    options = _options(arguments)
    problems: list[Problem] = []
    with contextlib.redirect_stdout(sys.stderr):  # a locustfile may print; stdout is for the answer
        files = [file for path in options.locustfile for file in _expanded(path)]
        classes = list(_classes(files, problems))
        shapes = list(_shapes(options.shapes_dir, problems)) if options.shapes_dir else []
        schedule = _schedule(shapes, options, problems) if options.shape else None
    return {
        "locust": locust.__version__,
        "classes": classes,
        "shapes": [_shape_entry(file, shape) for file, shape in shapes],
        "schedule": schedule and asdict(schedule),
        "problems": problems,
    }


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m harness.generator.inspection", description=__doc__)
    parser.add_argument("--locustfile", action="append", default=[], help="a file or a folder of files")
    parser.add_argument("--shapes-dir", help="folder of shape files")
    parser.add_argument("--shape", help="kind (file name) of the shape whose schedule is wanted")
    parser.add_argument("--parameters", type=json.loads, default={}, help="JSON object of its parameters")
    return parser.parse_args(arguments)


def _expanded(path: str) -> list[str]:
    """The files that Locust would load for a path: a folder's files, but private ones."""
    return sorted(get_abspaths_in(path, extension=".py")) if Path(path).is_dir() else [path]


def _load(file: str, problems: list[Problem]) -> dict[str, Any]:
    """User classes and shapes (instances) that a file defines itself, by class name."""
    if not Path(file).is_file():
        problems.append(_problem(f"there is no file {file}", file=file))
        return {}
    try:
        users, shapes = load_locustfile(str(Path(file).resolve()))
    except BaseException as error:  # noqa: BLE001  whatever a user's file does, sys.exit included
        problems.append(_problem(f"{_line_of(error, file)}{type(error).__name__}: {error}", file=file))
        return {}
    found = {**users, **{type(shape).__name__: shape for shape in shapes}}
    return {name: thing for name, thing in found.items() if _file_of(thing) == Path(file).resolve()}


def _file_of(thing: Any) -> Path:
    return Path(inspect.getfile(thing if inspect.isclass(thing) else type(thing))).resolve()


def _line_of(error: BaseException, file: str) -> str:
    """`line N: ` where in `file` it happened, if it is known."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: "
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).name == Path(file).name]
    return f"line {lines[-1]}: " if lines else ""


def _problem(what: str, *, file: str | None = None, parameter: str | None = None) -> Problem:
    return {"what": what, "parameter": parameter, "file": file}


def _classes(files: list[str], problems: list[Problem]) -> Iterator[dict[str, Any]]:
    for file in files:
        before = len(problems)
        users = [user for user in _load(file, problems).values() if inspect.isclass(user)]
        for user in users:
            yield {
                "key": Path(file).stem,
                "name": user.__name__,
                "endpoint": getattr(user, "endpoint", None),
                "file": file,
                "doc": _first_line(user),
            }
        if not users and len(problems) == before:
            what = "defines no User class; derive one from FastHttpUser and give it a @task"
            problems.append(_problem(what, file=file))


def _first_line(thing: Any) -> str:
    return (vars(thing).get("__doc__") or "").strip().split("\n")[0]


def _shapes(folder: str, problems: list[Problem]) -> Iterator[tuple[str, ScheduledShape]]:
    if not Path(folder).is_dir():
        problems.append(_problem(f"there is no folder {folder}", file=folder))
    for file in _expanded(folder) if Path(folder).is_dir() else []:
        for thing in _load(file, problems).values():
            if isinstance(thing, ScheduledShape):
                yield file, thing
            elif not inspect.isclass(thing):
                what = (
                    f"{type(thing).__name__} does not say its stages; derive it from "
                    "harness.generator.scheduled_shape.ScheduledShape"
                )
                problems.append(_problem(what, file=file))


def _shape_entry(file: str, shape: ScheduledShape) -> dict[str, Any]:
    return {
        "kind": Path(file).stem,
        "file": file,
        "doc": _first_line(type(shape)),
        "unit": shape.unit,
        "parameters": {name: asdict(value) for name, value in parameters_of(type(shape)).items()},
    }


def _schedule(
    shapes: list[tuple[str, ScheduledShape]], options: argparse.Namespace, problems: list[Problem]
) -> Schedule | None:
    """The schedule of the shape that was asked for; None, and a problem, when there is none."""
    chosen = next((shape for file, shape in shapes if Path(file).stem == options.shape), None)
    if chosen is None:
        kinds = ", ".join(sorted(Path(file).stem for file, _ in shapes)) or "none"
        problems.append(_problem(f"unknown shape '{options.shape}'; there are {kinds}"))
        return None
    file = inspect.getfile(type(chosen))
    mistaken = set_parameters(chosen, options.parameters)
    problems += [_problem(str(error), file=file, parameter=error.parameter) for error in mistaken]
    try:
        return None if mistaken else chosen.schedule()
    except ParameterError as error:
        problems.append(_problem(str(error), file=file, parameter=error.parameter))
    except ValueError as error:
        problems.append(_problem(str(error), file=file))
    except Exception as error:  # noqa: BLE001  a mistake in the user's shape
        problems.append(_problem(f"{_line_of(error, file)}{type(error).__name__}: {error}", file=file))
    return None


def serve(questions: TextIO, answers: TextIO) -> None:
    """Answer each line of words with a line, until there are no more, or none for `IDLE_S` seconds."""
    while True:
        signal.alarm(IDLE_S)
        line = questions.readline()
        signal.alarm(0)
        if not line:
            return
        answers.write(json.dumps(main(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve(sys.stdin, sys.stdout)
    else:
        sys.stdout.write(json.dumps(main(sys.argv[1:])) + "\n")
