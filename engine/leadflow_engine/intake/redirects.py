"""``redir_url``: where a browser that posted a form is sent afterwards. Only to hosts that the project allows: whoever
writes a form, or changes it on the way, must not send people elsewhere in this host's name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leadflow_engine.intake.replies import Reply

FIELD: Final = "redir_url"
BY_BROWSERS: Final = frozenset({"form", "query"})
"""Kinds of bodies that a browser's form sends."""
LONGEST: Final = 2_048

_URL = re.compile(
    r"https?://([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?)(?:[/?#][!-\[\]-~]*)?"
)
"""A whole url of plain characters, its host alone between ``//`` and what follows: no user, no backslash, no blank."""


class BadRedirects(ValueError):
    """``[redirects]`` of ``leadflow.toml`` does not say hosts by source."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where to go; or, as ``problem``, why nowhere."""

    url: str = ""
    problem: str = ""


def allowed_hosts(root: str | Path) -> Mapping[str, tuple[str, ...]]:
    """By source the hosts to which its posts may redirect: ``[redirects]`` of the project's ``leadflow.toml``.

    Empty where there is none. Raises ``BadRedirects``.
    """
    try:
        table: Any = tomllib.loads((Path(root) / "leadflow.toml").read_text("utf-8")).get("redirects", {})
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadRedirects(f"leadflow.toml is no TOML: {problem}") from None
    if not isinstance(table, dict) or not all(map(_hosts, table.values())):
        raise BadRedirects('leadflow.toml: [redirects] says hosts by source: web = ["thanks.example.com"]')
    return {name: tuple(host.lower() for host in hosts) for name, hosts in table.items()}


def _hosts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(host, str) and "/" not in host for host in value)


def redirect_of(payload: Mapping[str, Any], kind: str, hosts: Sequence[str]) -> Redirect | None:
    """The redirect that a call asks for; None where it asks for none. ``kind`` is how the call was read."""
    url = payload.get(FIELD)
    if kind not in BY_BROWSERS or url is None or url == "":
        return None
    found = _URL.fullmatch(url) if isinstance(url, str) and len(url) <= LONGEST else None
    if found is None:
        return Redirect(problem=f"`{FIELD}` is no plain http or https url")
    if found[1].lower() not in hosts:
        return Redirect(
            problem=f"the host of `{FIELD}` is not one of [redirects] in leadflow.toml for this source"
        )
    return Redirect(url)


def with_redirect(reply: Reply, redirect: Redirect | None) -> Reply:
    """The reply, as a browser is to get it: 303 to an allowed url; as it is where there is none."""
    if redirect is None:
        return reply
    if redirect.problem:
        return Reply(reply.status, reply.headers, reply.body, redirect.problem)
    return Reply(303, (("Location", redirect.url),), "")
