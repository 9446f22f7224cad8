#!/usr/bin/env bash
# Makes both lock files from setup.cfg: one answer for Python 3.11 to 3.14 on every system, each file with its hash.
# Needs uv (maintainers only; whoever runs the tool needs just pip). Versions stay as they are unless asked for:
#   tools/lock.sh                          after a change in setup.cfg
#   tools/lock.sh --upgrade                everything to the newest allowed
#   tools/lock.sh --upgrade-package redis  one package
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# No index address and no header: what a maintainer's machine is configured with is nobody else's business.
compile() {
    uv pip compile setup.cfg --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@" >/dev/null
}

compile "$@" --output-file requirements.txt
# The second file holds the first one, so that one environment can serve both commands.
compile "$@" --extra test --constraints requirements.txt --output-file requirements-test.txt
