"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

COUNTED_BYTES = 64 * 2**20
"""Files up to this size are counted before they are run; of a larger one only the leads done so far are told."""


@contextmanager
def progress(file: Path) -> Iterator[Callable[[], None]]:
    """A function to call for each record done; the bar is gone when the block ends."""
    from leadflow_engine.cli.screen import console

    screen = console(err=True)
    if not screen.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    speed = TextColumn("{task.fields[pace]}")
    with Progress(
        MofNCompleteColumn(), BarColumn(), TimeElapsedColumn(), speed, console=screen, transient=True
    ) as bar:
        task = bar.add_task("", total=_records(file), pace="")

        def advance() -> None:
            bar.advance(task)
            pace = bar.tasks[0].finished_speed or bar.tasks[0].speed
            bar.update(task, pace=f"~ {pace:,.0f} leads/s" if pace else "")

        yield advance


def _records(file: Path) -> int | None:
    """How many records a file has; None where counting them would take long or the file is broken."""
    from leadflow_engine.intake.formats import IntakeError, read_records

    try:
        return sum(1 for _ in read_records(file)) if file.stat().st_size <= COUNTED_BYTES else None
    except (IntakeError, OSError):
        return None


@contextmanager
def steps(number: int) -> Iterator[Callable[[], None]]:
    """A function to call for each of ``number`` steps; the bar is gone when the block ends. None is shown for 0."""
    from leadflow_engine.cli.screen import err_is_terminal

    if not number or not err_is_terminal():
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    from leadflow_engine.cli.screen import console

    columns = (MofNCompleteColumn(), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(err=True), transient=True) as bar:
        task = bar.add_task("", total=number)
        yield lambda: bar.advance(task)
