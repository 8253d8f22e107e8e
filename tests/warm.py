"""``leadflow`` without its start: a process that has loaded the program makes a copy of itself for every command.

Of the second of processor time that a command takes nine tenths are its being loaded, and the project's pages run
hundreds. Each still gets a process of its own, with its folder, environment, files and signals. That commands start
from cold is what ``tests/engine/cli/test_start.py`` and the README prove.

``warmed(folder)`` starts that process and puts a command ``leadflow`` into the folder, for the front of ``PATH``.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

LOADED = (
    "leadflow_engine.cli.ending",
    "leadflow_engine.cli.loading",
    "leadflow_engine.operations.dry",
    "leadflow_engine.reports.story",
    "leadflow_engine.sandbox.server",
    "leadflow_engine.scenarios",
    "leadflow_engine.service.server",
    "asyncio",
    "phonenumbers",
    "email_validator",
    "rich.console",
    "holidays",
)
"""What most commands load. What is left out is loaded by the commands that use it."""

CALL = """#!{python} -IS
import array, json, os, signal, socket, sys
warm = socket.socket(socket.AF_UNIX)
warm.connect({address!r})
said = json.dumps({{"words": sys.argv, "folder": os.getcwd(), "environ": dict(os.environ)}}).encode()
files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
warm.sendmsg([len(said).to_bytes(4, "big")], files)
warm.sendall(said)
heard = warm.makefile()
command = int(heard.readline() or 0)
if command:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(command, number))
sys.exit(int(heard.readline() or 70))
"""
"""The command: it hands over what a command gets, passes signals on, and ends as the copy ends."""


@contextlib.contextmanager
def warmed(folder: Path) -> Iterator[Path]:
    """A folder with a command ``leadflow`` that is loaded already, while the block runs."""
    address = os.path.relpath(folder / "warm.socket")  # a socket's whole path may have a hundred characters
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        command = [sys.executable, __file__, str(listener.fileno())]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])
    call = folder / "leadflow"
    call.write_text(CALL.format(python=sys.executable, address=f"{folder}/warm.socket"), encoding="utf-8")
    call.chmod(0o755)
    try:
        yield folder
    finally:
        process.terminate()
        process.wait()


def _serve(listener: socket.socket) -> NoReturn:
    """Make a copy for every call, until SIGTERM."""
    from importlib import import_module

    for name in LOADED:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    while True:
        call, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _wait(call)
        call.close()


def _wait(call: socket.socket) -> NoReturn:
    """In a process between: run the command in another, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, ancillary, _, _ = call.recvmsg(4, socket.CMSG_SPACE(12))
    files = array.array("i", ancillary[0][2])
    said = json.loads(call.makefile("rb").read(int.from_bytes(length, "big")))
    command = os.fork()
    if command == 0:
        call.close()
        _run(said["words"], said["folder"], said["environ"], list(files))
    for file in files:
        os.close(file)
    call.sendall(f"{command}\n".encode())
    _, status = os.waitpid(command, 0)
    code = os.waitstatus_to_exitcode(status)
    call.sendall(f"{code if code >= 0 else 128 - code}\n".encode())
    os._exit(0)


def _run(words: list[str], folder: str, environ: dict[str, str], files: list[int]) -> NoReturn:
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, max(files) + 1)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = words
    from leadflow_engine.cli import main

    code: object = 70
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
