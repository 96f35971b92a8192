#!/usr/bin/env bash
# All tests: first what may share the machine, in parallel (the long files of end_to_end first, not last);
# then what must be alone, one at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if ! command -v chromium >/dev/null; then
  echo "tests: installing chromium" >&2
  as_root apt-get -q -o DPkg::Lock::Timeout=600 update >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
    --no-install-recommends install chromium fonts-dejavu-core >/dev/null
fi

"$BIN/pytest" -n 3 --dist loadfile --no-loadscope-reorder --durations 12 -m "not alone and not proof" "$@"
"$BIN/pytest" --durations 12 -m "alone and not proof" "$@"
