"""YAML text to plain values that remember where they stood. The only module that imports yaml.

Safe YAML without tags and merge keys; a key given twice is refused. `${NAME}` and `${NAME:-default}` are
replaced inside scalars by the environment that the caller hands over, never by that of the process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.plan.document import Document, Trail
from harness.plan.problems import Position, Problems, nearest

VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}\n]*))?\}")
MOST_VALUES = 20_000
"""More values than this in one file are taken for an accident with aliases."""

_HIDDEN = 0xE000
_TAG = "tag:yaml.org,2002:"
_PLAIN_TEXT = frozenset({"str", "timestamp", "merge", "value", "binary"})


def read(path: Path, environment: Mapping[str, str], problems: Problems) -> Document:
    """The document in a file; what is wrong with its YAML or its variables is noted in `problems`."""
    file = path.as_posix()
    walk = _Walk(file, environment, problems)
    root = _root(path, file, problems)
    data = walk.value(root, ()) if root is not None else {}
    return Document(
        file=file,
        data=data,
        readable=root is not None,
        keys=walk.keys,
        values=walk.values,
        broken=frozenset(walk.broken),
    )


def _root(path: Path, file: str, problems: Problems) -> yaml.Node | None:
    """The root node, or None after noting why there is none."""
    try:
        root = yaml.compose(_hide(path.read_text(encoding="utf-8")), Loader=yaml.SafeLoader)
    except OSError as error:
        problems.add(Position(file), f"cannot be read: {error.strerror}", "check its name and permissions")
    except UnicodeDecodeError as error:
        problems.add(Position(file), f"is not UTF-8 text (byte {error.start})", "save it as UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file)
        problems.add(
            place, f"not YAML: {_show(error.problem or 'unreadable')}", _yaml_mend(error.problem or "")
        )
    except yaml.YAMLError as error:
        problems.add(Position(file), f"not YAML: {str(error).splitlines()[0]}", "remove that character")
    else:
        if root is None:
            problems.add(Position(file), "is empty", "see `harness schema` for what belongs here")
        return root
    return None


def _yaml_mend(problem: str) -> str:
    if "alias" in problem or "anchor" in problem:
        return 'a text that begins with * or & needs quotes, such as "*"'
    if "single document" in problem or "another document" in problem:
        return "one file holds one document; remove the line ---"
    if "\\t" in problem or "cannot start any token" in problem:
        return "indent with spaces, and put quotes around a text that begins with a special character"
    return "check the indentation, brackets and quotes here and in the line above"


def _hide(text: str) -> str:
    """The text with every variable moved to private characters, so that its braces mean nothing to YAML.

    `{base_url: ${TARGET_URL}}` is no valid YAML by itself. Lengths stay, so positions stay.
    """
    return VARIABLE.sub(lambda m: "".join(chr(_HIDDEN + ord(c)) if ord(c) < 128 else c for c in m[0]), text)


def _show(text: str) -> str:
    return "".join(chr(ord(c) - _HIDDEN) if _HIDDEN <= ord(c) < _HIDDEN + 128 else c for c in text)


class _Walk:
    """Turns nodes into values, and notes positions and problems on the way."""

    def __init__(self, file: str, environment: Mapping[str, str], problems: Problems) -> None:
        self.file = file
        self.environment = environment
        self.problems = problems
        self.keys: dict[Trail, Position] = {}
        self.values: dict[Trail, Position] = {}
        self.broken: set[Trail] = set()
        self._above: list[yaml.Node] = []
        self._constructor = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, trail: Trail) -> Any:
        self.values[trail] = self._position(node)
        if len(self.values) > MOST_VALUES or any(node is above for above in self._above):
            return self._break(trail, "an alias that repeats without end", "write the values out")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, trail)
        if node.tag not in {f"{_TAG}map", f"{_TAG}seq"}:
            return self._break(trail, f"the tag {node.tag} has no meaning here", "remove it")
        self._above.append(node)
        if isinstance(node, yaml.MappingNode):
            found: Any = self._mapping(node, trail)
        else:
            found = [self.value(item, (*trail, index)) for index, item in enumerate(node.value)]
        self._above.pop()
        return found

    def _mapping(self, node: yaml.MappingNode, trail: Trail) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._position(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.add(place, "a key must be text", "put it on one line, in quotes if need be")
                continue
            key = self._replaced(_show(key_node.value), place)
            if key is None:
                continue
            if key in found:
                first = self.keys[(*trail, key)]
                self.problems.add(
                    place, f"key '{key}' was given already in line {first.line}", "keep one of the two"
                )
                continue
            self.keys[(*trail, key)] = place
            found[key] = self.value(value_node, (*trail, key))
        return found

    def _scalar(self, node: yaml.ScalarNode, trail: Trail) -> Any:
        text = _show(node.value)
        if text != node.value or "${" in text:
            replaced = self._replaced(text, self.values[trail])
            if replaced is None:
                self.broken.add(trail)
            return replaced if replaced or node.style is not None else None
        kind = node.tag.removeprefix(_TAG)
        if kind in _PLAIN_TEXT:
            return text
        construct = getattr(self._constructor, f"construct_yaml_{kind}", None)
        if construct is None or node.tag == kind:
            return self._break(trail, f"the tag {node.tag} has no meaning here", "remove it")
        try:
            return construct(node)
        except (ValueError, LookupError):
            return self._break(trail, f"'{text}' is not of the kind its tag says", "remove the tag")

    def _replaced(self, text: str, place: Position) -> str | None:
        """The text with its variables replaced; None after noting those that are not set."""
        missing = [
            match["name"]
            for match in VARIABLE.finditer(text)
            if match["default"] is None and match["name"] not in self.environment
        ]
        for name in missing:
            near = nearest(name, self.environment)
            mend = f"set it, or give it a default: ${{{name}:-value}}"
            self.problems.add(
                place,
                f"environment variable '{name}' is not set",
                f"did you mean '{near}'? Else {mend}" if near else mend,
            )
        if "${" in VARIABLE.sub("", text):
            self.problems.add(place, f"'{text}' is no variable", "write ${NAME} or ${NAME:-default}")
            return None
        if missing:
            return None
        return VARIABLE.sub(lambda m: self.environment.get(m["name"]) or m["default"] or "", text)

    def _break(self, trail: Trail, what: str, mend: str) -> None:
        self.problems.add(self.values[trail], what, mend)
        self.broken.add(trail)

    def _position(self, node: yaml.Node) -> Position:
        mark = node.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1)
