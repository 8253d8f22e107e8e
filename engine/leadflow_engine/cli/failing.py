"""What went wrong, as a person reads it: one table from kinds of errors to sentences and exit codes.

An error that is not in the table is a mistake of ours; it keeps its traceback, so that it can be reported.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CANNOT_START: Final = 2
INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class Failure:
    """The text for standard error and the exit code."""

    text: str
    code: int


class CannotStart(Exception):
    """A command that cannot do what was asked; its text names the thing, the value and the way out."""


def told(error: BaseException) -> Failure | None:
    """The message for an error that somebody can mend; None for a mistake of ours."""
    for each in _leaves(error):
        failure = _one(each)
        if failure is not None:
            return failure
    return None


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors of a group, one by one; what merely followed from them (a cancellation) is none of its own."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error


def _one(error: BaseException) -> Failure | None:
    if isinstance(error, KeyboardInterrupt):
        return Failure("leadflow: interrupted", INTERRUPTED)
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        return None  # somebody reads no further (`| head`); click ends quietly
    if isinstance(error, _mendable()):
        return Failure(f"leadflow: {error}", CANNOT_START)
    if isinstance(error, OSError):
        return Failure(f"leadflow: {_of_the_machine(error)}", CANNOT_START)
    return None


def _mendable() -> tuple[type[Exception], ...]:
    """The errors whose own text is meant for a person. Imported only once something went wrong."""
    from leadflow_engine.answers import AnswersError
    from leadflow_engine.drivers.replay import Differs
    from leadflow_engine.intake.formats import IntakeError
    from leadflow_engine.interpreter.cursor import UnknownVersion
    from leadflow_engine.mapping import MappingError
    from leadflow_engine.operations.loading import LoadProblem
    from leadflow_engine.outbound.guard import SettingsError
    from leadflow_engine.sandbox import SandboxError
    from leadflow_engine.secrets import SecretMissing
    from leadflow_engine.store import StoreError

    return (
        CannotStart,
        LoadProblem,
        StoreError,
        AnswersError,
        IntakeError,
        SandboxError,
        SettingsError,
        SecretMissing,
        MappingError,
        UnknownVersion,
        Differs,
    )


def _of_the_machine(error: OSError) -> str:
    """An error of the operating system with the file that it is about."""
    what = (error.strerror or str(error) or type(error).__name__).lower()
    return f"{error.filename}: {what}" if error.filename else what
