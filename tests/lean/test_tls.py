"""TLS: verified by default, against an authority made here."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Lean
from scripted_server import CLOSE, ScriptedServer, ok

GET: tuple[str, str, dict[str, Any]] = ("GET", "/x", {})


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, ca.pem, and a certificate by it for 127.0.0.1 and localhost, server.pem."""
    folder = tmp_path_factory.mktemp("authority")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    _openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
             "-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    _openssl(folder, "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")
    _openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
             "-CAcreateserial", "-out", "server.pem", "-days", "2", "-extfile", "names")  # fmt: skip
    return folder


def serving(
    authority: Path, steps: list[Any], version: ssl.TLSVersion | None = None, *, host: str = "127.0.0.1"
) -> ScriptedServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    if version:
        context.maximum_version = version
    return ScriptedServer({"/x": steps}, context=context, host=host)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_verified_server_is_spoken_to_on_one_connection(
    lean: Lean, authority: Path, version: ssl.TLSVersion
) -> None:
    with serving(authority, [ok(b"x" * 200_000)], version) as server:
        outcomes = lean.calls(server.url, GET, GET, ("POST", "/x", {"data": "y" * 3_000_000}),
                              ca=str(authority / "ca.pem"))  # fmt: skip
        assert [len(outcome["body"] or "") for outcome in outcomes] == [200_000] * 3
        assert server.connections == 1
        assert len(server.requests[2].body) == 3_000_000


def test_an_unknown_authority_is_an_error(lean: Lean, authority: Path) -> None:
    with serving(authority, [ok()]) as server:
        (outcome,) = lean.calls(server.url, GET)
        assert outcome["error"] == "SSLCertVerificationError"
        assert server.requests == []


def test_a_certificate_for_another_name_is_an_error(lean: Lean, authority: Path) -> None:
    with serving(authority, [ok()], host="127.0.0.2") as server:
        (outcome,) = lean.calls(server.url, GET, ca=str(authority / "ca.pem"))
        assert outcome["error"] == "SSLCertVerificationError"
        assert server.requests == []


def test_a_name_is_verified_as_a_name(lean: Lean, authority: Path) -> None:
    with serving(authority, [ok()]) as server:
        (outcome,) = lean.calls(f"https://localhost:{server.port}", GET, ca=str(authority / "ca.pem"))
        assert outcome["error"] is None


def test_verification_can_be_switched_off(lean: Lean, authority: Path) -> None:
    with serving(authority, [ok()]) as server:
        (outcome,) = lean.calls(server.url, GET, insecure=True)
        assert (outcome["error"], outcome["status"]) == (None, 200)


def test_a_connection_closed_while_idle_is_replaced(lean: Lean, authority: Path) -> None:
    with serving(authority, [ok(), CLOSE]) as server:
        late = ("POST", "/x", {"pause": 0.1})
        outcomes = lean.calls(server.url, late, late, ca=str(authority / "ca.pem"))
        assert [outcome["error"] for outcome in outcomes] == [None, None]
        assert (len(server.requests), server.connections) == (2, 2)


def test_a_body_until_close_must_end_with_notice(lean: Lean, authority: Path) -> None:
    """Without TLS's own end anybody on the way could have cut it (RFC 9112, 9.8)."""
    with serving(authority, [b"HTTP/1.1 200 OK\r\n\r\nwords", CLOSE]) as server:
        (outcome,) = lean.calls(server.url, GET, ca=str(authority / "ca.pem"))
        assert (outcome["error"], outcome["body"]) == ("IncompleteAnswerError", None)


def test_a_server_without_tls_is_an_error_in_time(lean: Lean) -> None:
    with ScriptedServer({"/x": [ok()]}) as server:
        (outcome,) = lean.calls(server.url.replace("http", "https"), GET, connection_timeout_s=1.0)
        assert outcome["error"] in {"SSLError", "ConnectTimeoutError"}
        assert outcome["took_s"] < 1.5
