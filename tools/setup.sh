#!/bin/sh
# Makes the virtual environment: finds a Python, installs what is locked, then the checkout itself.
# Says in one line what is missing. PYTHON=... chooses the interpreter.
set -u

venv=${1:-.venv}
log=$venv/setup.log

stop() {
    echo "leadflow  $1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for each in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        if new_enough "$each"; then
            echo "$each"
            return
        fi
    done
}

usable() {
    new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

if ! usable; then
    python=$(find_python)
    [ -n "$python" ] || stop "Python 3.11 or newer is missing: install it, or name one with make PYTHON=/path/to/python3.11"
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        stop "Python's venv and ensurepip modules are missing: on Debian and Ubuntu, apt install python3-venv"
    "$python" -m venv --clear "$venv" || stop "could not make a virtual environment in $venv with $python"
fi

echo "leadflow  installing the locked dependencies into $venv ..."
"$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r requirements.lock >"$log" 2>&1 ||
    stop "the locked dependencies could not be installed: $(grep '^ERROR' "$log" | tail -n 1) (all of it: $log)"
"$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e . >>"$log" 2>&1 ||
    stop "the checkout itself could not be installed: $(grep '^ERROR' "$log" | tail -n 1) (all of it: $log)"

touch "$venv/.ready"
echo "leadflow  environment ready ($venv), $(grep -c '^[a-z0-9]' requirements.lock) packages"
