"""The guard: which addresses a request may reach.

A name is resolved once, every address that it gives must be public, and the connection is made to exactly those
addresses, so that no second look-up can change what was checked. What is private may be reached only where the
environment names it; a flow file cannot.

Measured before writing this: ``ipaddress.is_global`` calls several ranges public that lead back inside (NAT64,
6to4, site-local, IPv4-compatible, multicast), hence the table below.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypedDict
from urllib.parse import SplitResult, urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
HostPort: TypeAlias = tuple[str, int]

DEFAULT_PORTS: Mapping[str, int] = {"http": 80, "https": 443}

CLOSED_RANGES = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local use
        "100::/64",  # discard
        "2001::/23",  # Teredo, ORCHID and other assignments
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)

_UNSAFE = re.compile(r"[\x00-\x20\\\x7f]")

METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
)


class Refused(OSError):
    """The guard does not let this request out. The text names the address, the rule and the way out."""


class SettingsError(ValueError):
    """A setting in the environment cannot be read. The text names the setting, its value and how to write it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What may be reached beyond public addresses on ports 80 and 443.

    ``allowed`` holds lower-case hosts (names or addresses) with a port; ``sandbox`` is the one place where every
    request goes instead, None for the real world.
    """

    allowed: frozenset[HostPort] = field(default_factory=frozenset)
    sandbox: HostPort | None = None


def guard_from(environ: Mapping[str, str]) -> Guard:
    """Read ``LEADFLOW_ALLOW_HOSTS`` and ``LEADFLOW_SANDBOX``. Raises ``SettingsError``."""
    name = "LEADFLOW_ALLOW_HOSTS"
    items = (item.strip() for item in environ.get(name, "").split(","))
    allowed = frozenset(host_port(item, name) for item in items if item)
    sandbox_text = environ.get("LEADFLOW_SANDBOX", "").strip()
    if not sandbox_text:
        return Guard(allowed)
    sandbox = host_port(sandbox_text, "LEADFLOW_SANDBOX")
    if sandbox not in allowed:
        raise SettingsError(
            f"LEADFLOW_SANDBOX is {sandbox_text}, which LEADFLOW_ALLOW_HOSTS does not name. "
            f"Set LEADFLOW_ALLOW_HOSTS={sandbox_text} as well, or unset LEADFLOW_SANDBOX."
        )
    return Guard(allowed, sandbox)


def host_port(text: str, setting: str) -> HostPort:
    """``127.0.0.1:8801``, ``[::1]:8801`` or ``crm.internal:8080``. Raises ``SettingsError``."""
    way_out = f"{setting}: `{text}` is not HOST:PORT; write for example 127.0.0.1:8801 or [::1]:8801."
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(way_out) from error
    if not host or not port or parts.path or parts.query or parts.fragment or parts.username is not None:
        raise SettingsError(way_out)
    return host, port


def is_public(address: Address) -> bool:
    """True for an address of the open internet. IPv4 inside IPv6 is judged as the IPv4 that it is."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.scope_id is not None:
            return False
    if any(address.version == net.version and address in net for net in CLOSED_RANGES):
        return False
    return address.is_global and not address.is_multicast


def check_url(url: str, guard: Guard) -> SplitResult:
    """Refuse what can be refused before any look-up: scheme, user info, control characters, port, literal addresses.

    Returns the parts of the url. Raises ``Refused``.
    """
    check_characters(url)
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise Refused(f"the url cannot be read: {error}") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise Refused(f"`{parts.scheme}` is not http or https")
    if not parts.hostname:
        raise Refused("the url has no host")
    if parts.username is not None:
        raise Refused("the url holds a user name or password; use `auth basic` instead")
    check_place(parts.hostname, port, guard)
    return parts


def check_characters(url: str) -> None:
    """Refuse a url, or a part of one, that others could read in another way. Raises ``Refused``."""
    if _UNSAFE.search(url):
        raise Refused("the url holds a space, a backslash or a control character")


def check_place(host: str, port: int, guard: Guard) -> None:
    """Refuse a host (a name or an address) and port that can be refused before any look-up. Raises ``Refused``."""
    if (host, port) in guard.allowed:
        return
    literal = _literal(host)
    if literal is not None and not is_public(literal):
        raise Refused(_not_public(host, host, port))
    if host.rstrip(".") in METADATA_NAMES:
        raise Refused(f"{host} is a cloud's metadata service")
    if port not in DEFAULT_PORTS.values():
        raise Refused(
            f"port {port} is neither 80 nor 443; the environment may allow it: LEADFLOW_ALLOW_HOSTS={host}:{port}"
        )


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _not_public(host: str, address: str, port: int) -> str:
    found = f"{host} is" if host == address else f"{host} resolves to {address},"
    return (
        f"{found} not a public address; where it is meant, allow it in the environment: "
        f"LEADFLOW_ALLOW_HOSTS={host}:{port}"
    )


class Resolved(TypedDict):
    """One address of a name: ``family`` is a ``socket.AddressFamily``, ``host`` the address as text."""

    host: str
    port: int
    family: int


class GuardedResolver:
    """Resolves a name once and gives back only addresses that may be reached: all of them, or none."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(self, host: str, port: int = 0) -> list[Resolved]:
        """The checked addresses of ``host``.

        Raises ``Refused`` where one of them is not public, OSError where there is none.
        """
        loop = asyncio.get_running_loop()
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=socket.AF_UNSPEC)
        addresses = list(dict.fromkeys((info[0], str(info[4][0])) for info in infos))
        for _, address in addresses:
            self._check(host.lower(), address, port)
        return [{"host": address, "port": port, "family": kind} for kind, address in addresses]

    def _check(self, host: str, address: str, port: int) -> None:
        allowed = self._guard.allowed
        if (host, port) in allowed or (address, port) in allowed:
            return
        if not is_public(ipaddress.ip_address(address)):
            raise Refused(_not_public(host, address, port))
