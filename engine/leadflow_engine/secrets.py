"""Secrets: from the environment (or a ``.env`` file) to the wire, and nowhere else.

Until a request leaves, a secret is only a placeholder made of characters that no flow and no lead can bring
(private-use code points are removed from lead values at the door), so that whatever is logged, stored, hashed or
shown before that moment cannot hold it. An answer is masked before anybody reads it: a buyer that echoes our key
does not bring it into the journal.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape as escape_xml

OPEN, CLOSE = "\uf8f0", "\uf8f1"
MASK = "***"
SHORTEST_MASKED = 4
"""Shorter secrets are not looked for in answers: masking every ``1`` would destroy the answer."""

# Only these very characters count. Another spelling of them (percent-encoded, a JSON escape) is what a hostile lead
# could type; whoever builds a request removes the characters from every value and never encodes a placeholder.
_PLACEHOLDER = re.compile(f"{OPEN}([A-Za-z0-9_]+){CLOSE}")

# What could turn into a placeholder when an answer is parsed: the characters, and their JSON, XML and url spellings.
FORGED = re.compile(
    r"[\uf8f0\uf8f1]|\\uf8f[01]|&#x0*f8f[01];?|&#0*6372[89];?|%ef%a3%b[01]",
    re.IGNORECASE,
)

_ENV_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*\Z")


class SecretMissing(LookupError):
    """A secret that a request needs is not set. Its ``name`` may be shown."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set in the environment or in .env")
        self.name = name


def placeholder(name: str) -> str:
    """What stands in a request where the value of ``env NAME`` will be."""
    return f"{OPEN}{name}{CLOSE}"


def placeholders(text: str) -> tuple[str, ...]:
    """Names of the secrets that a text has placeholders for, in order."""
    return tuple(_PLACEHOLDER.findall(text))


def masked_placeholders(text: str) -> str:
    """The text with ``***`` where a secret would be: what an answer that echoes a request shows."""
    return _PLACEHOLDER.sub(MASK, text) if OPEN in text else text


def defused(text: str) -> str:
    """The text without anything that could be taken for a placeholder, in whatever spelling; for what others send."""
    lower = text.lower()
    if "f8f" in lower or "6372" in lower or "%ef%a3%b" in lower or OPEN in text or CLOSE in text:
        return FORGED.sub("\ufffd", text)
    return text  # nearly always, and five looks cost a tenth of the expression


class Secrets:
    """Values by name. It can be printed, compared and logged: only names show."""

    __slots__ = ("_forms", "_values")

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = {name: value for name, value in (values or {}).items() if value}
        self._forms = _masked_forms(self._values.values())

    @classmethod
    def load(
        cls, names: Iterable[str], root: Path | str = ".", environ: Mapping[str, str] | None = None
    ) -> Secrets:
        """The named secrets from the environment, else from ``root/.env``. Names without a value are left out.

        Raises ``ValueError`` where a line of ``.env`` cannot be read (its number is named, never its text).
        """
        known = {**read_env_file(Path(root) / ".env"), **(os.environ if environ is None else environ)}
        return cls({name: known[name] for name in names if name in known})

    def missing(self, names: Iterable[str]) -> list[str]:
        """Which of these names have no value, each once, in order."""
        return [name for name in dict.fromkeys(names) if name not in self._values]

    def get(self, name: str) -> str:
        """The value: for the wire only. Raises ``SecretMissing``."""
        try:
            return self._values[name]
        except KeyError:
            raise SecretMissing(name) from None

    def fill(self, text: str, escape: Callable[[str], str]) -> str:
        """The text with each placeholder replaced by its escaped value. Raises ``SecretMissing``."""
        if OPEN not in text:
            return text
        return _PLACEHOLDER.sub(lambda match: escape(self.get(match[1])), text)

    def mask(self, text: str, also: Sequence[str] = ()) -> str:
        """The text with every secret in it (plain, base64 or escaped) shown as ``***``."""
        for form in (*self._forms, *also) if self._forms or also else ():
            if form in text:
                text = text.replace(form, MASK)
        return text

    def __repr__(self) -> str:
        return f"Secrets({', '.join(f'{name}={MASK}' for name in sorted(self._values))})"


class LateSecrets(Secrets):
    """Secrets that are looked for when a request needs them: for a service whose flows come and go.

    ``roots`` are folders whose ``.env`` is read; the environment is asked before them.
    """

    __slots__ = ("_roots",)

    def __init__(self, roots: Iterable[Path | str]) -> None:
        super().__init__()
        self._roots = tuple(roots)

    def get(self, name: str) -> str:
        """The value: for the wire only. Raises ``SecretMissing``."""
        if name not in self._values:
            found = (Secrets.load([name], root) for root in self._roots)
            value = next((each._values[name] for each in found if name in each._values), "")
            if value:
                self._values[name] = value
                forms = {*self._forms, *_masked_forms([value])}
                self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        return super().get(name)

    def renew(self) -> None:
        """Look for each of them again: ``.env`` may have changed. What is known goes on being masked."""
        self._values.clear()


def _masked_forms(values: Iterable[str]) -> tuple[str, ...]:
    """Every spelling of the values in which an answer might bring them back, the longest first."""
    forms = {form for value in values if len(value) >= SHORTEST_MASKED for form in _spellings(value)}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _spellings(value: str) -> Iterable[str]:
    data = value.encode()
    yield value
    yield base64.b64encode(data).decode()
    yield base64.b64encode(data).decode().rstrip("=")
    yield base64.urlsafe_b64encode(data).decode()
    yield base64.urlsafe_b64encode(data).decode().rstrip("=")
    yield quote(value, safe="")
    yield quote_plus(value)
    for written in (escape_json(value), json.dumps(value, ensure_ascii=False)[1:-1]):
        yield written
        yield escape_json(written)  # our body, told as a text of theirs
        yield json.dumps(written, ensure_ascii=False)[1:-1]
    yield escape_xml(value, {'"': "&quot;", "'": "&#39;"})


def escape_json(value: str) -> str:
    """What stands between the quotes of a JSON string."""
    return json.dumps(value)[1:-1]


def read_env_file(path: Path) -> dict[str, str]:
    """``NAME=VALUE`` lines; ``#`` comments, ``export`` and quotes are understood. A file that is absent is empty."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    lines = enumerate(text.splitlines(), start=1)
    return dict(
        _env_pair(line, f"{path}:{number}")
        for number, line in lines
        if line.strip() and not line.lstrip().startswith("#")
    )


def _env_pair(line: str, place: str) -> tuple[str, str]:
    match = _ENV_LINE.match(line)
    if match is None:
        raise ValueError(f"{place}: this line is not NAME=VALUE; comments begin with #")
    name, value = match.groups()
    if value[:1] in {'"', "'"} and len(value) >= 2 and value[-1] == value[0]:
        return name, value[1:-1]
    return name, re.sub(r"\s+#.*\Z", "", value)
