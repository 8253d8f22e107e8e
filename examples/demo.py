"""``make run``: the simulated buyers of the solar flow come up, its leads go to them over real HTTP, one is told.

The sandbox is stopped whatever happens; the journal stays in ``.leadflow/solar.db`` until the next time. No request can
reach a real buyer: the environment sends every one of them to the sandbox, and the secrets are made up here.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
LEADFLOW = str(Path(sys.executable).parent / "leadflow")
FLOW, LEADS, ANSWERS = "flows/solar.flow", "flows/solar.leads.jsonl", "flows/solar.answers.yaml"
DATABASE = Path(".leadflow", "solar.db")
PORT = 8801
UP_WITHIN = 30.0  # seconds
SECRETS = ("FACEBOOK_KEY", "LOOKUP_TOKEN", "SUNPATH_TOKEN", "BRIGHTBID_KEY")


def main() -> int:
    """Run the demo. Returns the first exit code of a command that is not 0."""
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, _end)
    port = free_port(PORT)
    with sandbox(port):
        _forget_the_last_run()
        run = [LEADFLOW, "run", FLOW, LEADS, "--db", str(DATABASE)]
        trace = [LEADFLOW, "trace", "--last", "--db", str(DATABASE)]
        code = wait(run, environment(port))
        if code == 0:
            print(flush=True)
            code = wait(trace, environment(port))
    return code


def environment(port: int) -> dict[str, str]:
    """This process's environment, with everything led to the sandbox at ``port`` and secrets that open nothing."""
    here = f"127.0.0.1:{port}"
    made_up = {name: f"demo-{name.lower().replace('_', '-')}" for name in SECRETS}
    return {**os.environ, **made_up, "LEADFLOW_SANDBOX": here, "LEADFLOW_ALLOW_HOSTS": here}


def free_port(wanted: int) -> int:
    """``wanted``, or any free port where somebody else has it."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit("demo      no free port on 127.0.0.1")


@contextmanager
def sandbox(port: int) -> Iterator[None]:
    """The simulated buyers, up while the block runs."""
    process = subprocess.Popen([LEADFLOW, "sandbox", ANSWERS, "--port", str(port)])
    try:
        _wait_until_up(process, port)
        yield
    finally:
        _stop(process)


def wait(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command to its end; a Ctrl-C reaches it too, and it is left to end in order."""
    process = subprocess.Popen(command, env=dict(environ))
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait() or 130
    except BaseException:
        _stop(process)
        raise


def _wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + UP_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(
        f"demo      the sandbox did not come up on 127.0.0.1:{port}; its own message stands above"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _forget_the_last_run() -> None:
    DATABASE.parent.mkdir(exist_ok=True)
    for ending in ("", "-wal", "-shm"):
        Path(f"{DATABASE}{ending}").unlink(missing_ok=True)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
