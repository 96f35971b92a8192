"""A tiny target of known behaviour: prints a readiness line, answers `/` after a while, and counts.

python toy_target.py [--latency-ms N] [--die-after-s N] [--unhealthy] [--silent] [--status N] [--key K]
    [--port N]

A status 3xx leads to `/landed`, which answers 200. `/count` tells how many requests were answered. A second
one may listen on the port of the first, so that it can take its place without a gap.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options: argparse.Namespace
    counted = itertools.count(1)
    answered = 0

    def do_GET(self) -> None:
        if self.path == "/healthz":
            return self._say(503 if self.options.unhealthy else 200)
        if self.path == "/count":
            return self._say(200, str(Answer.answered))
        Answer.answered = next(self.counted)  # atomic: many threads
        if self.path == "/landed":
            return self._say(200)
        time.sleep(self.options.latency_ms / 1000)
        if self.options.key and self.headers.get("X-API-Key") != self.options.key:
            return self._say(401)
        return self._say(self.options.status)

    def _say(self, status: int, content: str = "{}") -> None:
        body = content.encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/landed")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100
    allow_reuse_port = True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency-ms", type=float, default=5)
    parser.add_argument("--die-after-s", type=float)
    parser.add_argument("--unhealthy", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--status", type=int, default=200)
    parser.add_argument("--key")
    parser.add_argument("--port", type=int, default=0)
    Answer.options = parser.parse_args()
    server = Server(("127.0.0.1", Answer.options.port), Answer)
    if Answer.options.die_after_s:
        threading.Timer(Answer.options.die_after_s, lambda: os._exit(3)).start()
    line = {
        "base_url": f"http://127.0.0.1:{server.server_port}",
        "environment": "local",
        "pids": {"api": [os.getpid()]},
    }
    if not Answer.options.silent:
        print(json.dumps(line), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
