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
_PLAIN = re.compile(
    r"([A-Z0-9_!#$%&'*+/=?^`{|}~-]+(?:\.[A-Z0-9_!#$%&'*+/=?^`{|}~-]+)*)@([A-Z0-9.-]+)",
    re.ASCII | re.IGNORECASE,
)
LONGEST_PLAIN: Final = 254
"""Characters of the longest address, by the mail standards."""


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


def _normal(text: str) -> str | None:
    """The address in lower case; None where it is none. Mail hosts do not tell upper from lower case in
    practice, and an address that differs in nothing else is the same person's.

    What stands before the ``@`` of a usual address is checked here, its host is known from other leads: 2 us instead
    of 22."""
    match = _PLAIN.fullmatch(text) if len(text) <= LONGEST_PLAIN else None
    if match is None or len(match[1]) > LONGEST_MAILBOX:
        return _checked(text)
    host = _host(match[2].lower())
    return f"{match[1].lower()}@{host}" if host else _checked(text)


@lru_cache(maxsize=8_192)
def _host(host: str) -> str:
    """The host of an address as it is written; "" where it is none, or one of other letters than ASCII's."""
    found = None if "xn--" in host else _checked(f"a@{host}")
    return found.removeprefix("a@") if found else ""


def _checked(text: str) -> str | None:
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
