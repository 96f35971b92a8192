"""Targets, YAML and variables with one mistake each, and what is said of it; `…` ends what is compared."""

from __future__ import annotations

from bad_scenarios import GOOD, with_line

TARGETS = {
    "unknown target": (
        with_line("evidence:", "target: embeded\nevidence:"),
        "6:9: unknown target 'embeded'; did you mean 'embedded'? (known: embedded)",
    ),
    "unknown key of the target": (
        with_line("evidence:", "target: {base_uri: http://127.0.0.1:1}\nevidence:"),
        (
            "6:10: unknown key 'base_uri'; did you mean 'base_url'? (known: api_key, base_url, command, data,"
            " database, description, environment, health_path, inputs, metrics_path, paths, start_timeout)"
        ),
    ),
    "target without an address": (
        with_line("evidence:", "target: {environment: local}\nevidence:"),
        "6:9: the target has neither base_url nor command; add `base_url: http://127.0.0.1:8000`",
    ),
    "address of another protocol": (
        with_line("evidence:", "target: {base_url: ftp://127.0.0.1}\nevidence:"),
        "6:20: 'ftp://127.0.0.1' is no address of a target; write http:// or https:// and a host",
    ),
    "address with a bad port": (
        with_line("evidence:", "target: {base_url: http://127.0.0.1:99999}\nevidence:"),
        "6:20: 'http://127.0.0.1:99999' is no address of a target; write http:// or https:// and a host",
    ),
    "environment that there is not": (
        with_line("evidence:", "target: {base_url: http://127.0.0.1:1, environment: prod}\nevidence:"),
        "6:53: 'prod' is none of its values; write 'local', 'staging' or 'production'",
    ),
    "path without a slash": (
        with_line("evidence:", "target: {base_url: http://127.0.0.1:1, health_path: healthz}\nevidence:"),
        "6:53: path 'healthz' does not begin with /; write /healthz",
    ),
    "data set without a database": (
        with_line(
            "evidence:", "target: {base_url: http://127.0.0.1:1, data: {restore: SELECT 1}}\nevidence:"
        ),
        "6:46: the data set has no database to be restored in; add `database: ${TARGET_DSN}`",
    ),
    "inputs that are not there": (
        with_line("evidence:", "target: {base_url: http://127.0.0.1:1, inputs: /no/such.json}\nevidence:"),
        "6:48: there is no file '/no/such.json'; paths count from the file's folder",
    ),
}
"""The target."""

TEXT = {
    "missing environment variable": (
        with_line("evidence:", "target: {base_url: ${TARGET_ADDRESS}}\nevidence:"),
        (
            "6:20: environment variable 'TARGET_ADDRESS' is not set;"
            " set it, or give it a default: ${TARGET_ADDRESS:-value}"
        ),
    ),
    "no variable": (
        with_line("users: 10", 'users: "${10}"'),
        "3:32: '${10}' is no variable; write ${NAME} or ${NAME:-default}",
    ),
    "locustfile that is not there": (
        with_line("name: mine", "name: mine\nlocustfiles: [no_such.py]"),
        "2:15: there is no locustfile 'no_such.py'; paths count from the scenario's folder: …",
    ),
    "unquoted asterisk": (
        with_line("metric: p95", "endpoint: *, metric: p95"),
        "5:17: not YAML: expected alphabetic or numeric character, but found ','; …",
    ),
    "open bracket": (
        "name: mine\nshape: {kind: constant\n",
        "3:1: not YAML: expected ',' or '}', but got '<stream end>'; …",
    ),
    "tab": (
        "name: mine\nshape:\n\tkind: constant\n",
        "3:1: not YAML: found character '\\t' that cannot start …",
    ),
    "tag": (
        with_line("name: mine", "name: !!python/object:os.system mine"),
        "1:7: the tag tag:yaml.org,2002:python/object:os.system …",
    ),
    "two documents": (GOOD + "---\n" + GOOD, "7:1: not YAML: but found another document; one file holds …"),
    "alias of itself": (
        with_line("evidence:", "target: &t {data: *t}\nevidence:"),
        "6:9: an alias that repeats without end; write the values out",
    ),
    "key that is a list": (
        with_line("evidence:", "[a, b]: 1\nevidence:"),
        "6:1: a key must be text; put it on …",
    ),
}
"""YAML, variables and files."""
