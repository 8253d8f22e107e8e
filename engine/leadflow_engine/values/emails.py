"""E-mail addresses: checked without a network; which hosts are free or disposable, which mailboxes are a
role's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import INVALID, Context, Parts, Reader, Reading, short_text

LONGEST_MAILBOX: Final = 64
"""Bytes before the ``@``, by the mail standards."""
_MAILTO = re.compile("mailto:", re.IGNORECASE)


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a list that comes with the package, one a line; ``#`` starts a comment."""
    text = resources.files(__package__).joinpath("data", name).read_text("utf-8")
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return frozenset(line for line in lines if line)


def _split(address: str) -> tuple[str, str]:
    user, _, domain = address.rpartition("@")
    return user, domain


def _domains(address: str) -> list[str]:
    """The domain and those above it, but for the top: a disposable host's sub-domains are disposable."""
    labels = _split(address)[1].split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _is_role(address: str) -> bool:
    return _split(address)[0].split("+", 1)[0] in listed("role_mailboxes.txt")


PARTS: Final[Mapping[str, Callable[[str], object]]] = {
    "user": lambda address: _split(address)[0],
    "domain": lambda address: _split(address)[1],
    "tld": lambda address: address.rpartition(".")[2],
    "is_free": lambda address: _split(address)[1] in listed("free_mail.txt"),
    "is_disposable": lambda address: any(d in listed("disposable_mail.txt") for d in _domains(address)),
    "is_role": _is_role,
}


@lru_cache(maxsize=8_192)
def _normal(text: str) -> str | None:
    """The address in lower case; None where it is none. Mail hosts do not tell upper from lower case in
    practice, and an address that differs in nothing else is the same person's."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return None
    fits = len(found.local_part.encode()) <= LONGEST_MAILBOX and len(found.domain.rpartition(".")[2]) > 1
    return found.normalized.lower() if fits else None


def read_email(raw: object, type_: Type, context: Context) -> Reading:
    """An address that mail could be sent to, international ones included."""
    text = short_text(raw, 320)
    normal = _normal(_MAILTO.sub("", text, count=1) if _MAILTO.match(text) else text) if text else None
    return Reading(True, normal, Parts(normal, PARTS)) if normal else INVALID


READERS: Final[Mapping[str, Reader]] = {"email": read_email}
