#!/bin/sh
# Installs what the benches hold leadflow against into .venv-peers, node's too, so that nothing of it comes near
# leadflow's own environment. Says in one line what is missing.
set -u

peers=$(dirname "$0")/../bench/peers
venv=$(dirname "$0")/../.venv-peers
python=${1:-python3}

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || exit 1
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$peers/requirements.txt" || {
    echo "leadflow  the Python peers could not be installed into .venv-peers" >&2
    exit 1
}
"$venv/bin/python" -m pip list --disable-pip-version-check --format freeze |
    grep -iE '^(zen-engine|cel-expr-python|rule-engine|fastapi|httpx|sqlalchemy|py-spy)=='

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "leadflow  node or npm is missing: json-rules-engine and Node-RED are left out, their rows say so" >&2
    exit 0
fi
mkdir -p "$venv/node" && cp "$peers/package.json" "$venv/node/" || exit 1
npm install --prefix "$venv/node" --no-audit --no-fund --no-package-lock --loglevel=error || {
    echo "leadflow  the node peers could not be installed into .venv-peers/node" >&2
    exit 1
}
npm ls --prefix "$venv/node" --depth 0
