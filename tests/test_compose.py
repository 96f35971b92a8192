"""The compose file is one: checked against the published schema, and against the project it starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docker-compose.yml"


def check(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_compose_file_keeps_the_schema() -> None:
    done = check(COMPOSE)
    assert done.returncode == 0, done.stdout


def test_the_check_finds_a_wrong_key(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(COMPOSE.read_text().replace("healthcheck:", "healthchek:"))
    assert check(wrong).returncode != 0


def test_services_run_commands_that_exist() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert set(services) == {"postgres", "target", "master", "worker"}
    for name, command in [("target", "target"), ("master", "harness"), ("worker", "harness")]:
        words = [str(word) for word in services[name]["command"]]
        subcommand = words[1:2] if command == "harness" else []
        done = subprocess.run(
            [sys.executable, "-m", command, *subcommand, "--help"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
        options = [word for word in words if word.startswith("--")]
        assert [option for option in options if option not in done.stdout] == []


def test_only_loopback_is_published() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
