"""SOAP: the envelope around a body's XML, in the version that the request's content type says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadflow_dsl import terms as t

_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]*\?>\s*")
_IS_ENVELOPE: Final = re.compile(r"\s*<(?:[A-Za-z_][\w.\-]*:)?Envelope[\s>/]")
_ENTITIES: Final = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True, slots=True)
class Soap:
    """A version of SOAP: the namespace of its envelope, and the content type that it is sent as."""

    namespace: str
    content_type: str

    def wrapped(self, xml: str) -> str:
        """XML (with or without its declaration) as the content of an envelope; one that is an envelope stays."""
        bare = _DECLARATION.sub("", xml, count=1)
        if _IS_ENVELOPE.match(bare):
            return xml
        return (
            f'{_ENTITIES}<soap:Envelope xmlns:soap="{self.namespace}"><soap:Body>{bare.strip()}</soap:Body>'
            "</soap:Envelope>"
        )


SOAP_1_1: Final = Soap("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8")
SOAP_1_2: Final = Soap("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8")
"""https://www.w3.org/TR/soap12-part1/"""


def soap_of(headers: Sequence[tuple[str, t.Term]]) -> Soap:
    """SOAP 1.2 where a ``Content-Type`` header says ``application/soap+xml``, else 1.1."""
    for name, term in headers:
        if name.lower() == "content-type" and "application/soap+xml" in _written(term).lower():
            return SOAP_1_2
    return SOAP_1_1


def _written(term: t.Term) -> str:
    """The fixed text of a header's value."""
    if isinstance(term, t.Const):
        return str(term.value)
    pieces = term.pieces if isinstance(term, t.Text) else ()
    return "".join(piece for piece in pieces if isinstance(piece, str))
