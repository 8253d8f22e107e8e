"""States, provinces and territories of the United States and Canada: codes, names and the usual
abbreviations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from leadflow_dsl.states import STATES, state_code
from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import INVALID, Context, Parts, Reader, Reading, short_text

ABBREVIATIONS: Final[Mapping[str, str]] = {
    word: code
    for code, words in {
        "AL": "ala",
        "AK": "alas",
        "AZ": "ariz",
        "AR": "ark",
        "CA": "cal,calif,cali",
        "CO": "colo",
        "CT": "conn",
        "DE": "del",
        "DC": "washington dc,wash dc,district columbia,the district of columbia,dist of columbia",
        "FL": "fla,flor",
        "FM": "micronesia",
        "GA": "geo",
        "ID": "ida",
        "IL": "ill,ills",
        "IN": "ind",
        "IA": "ioa",
        "KS": "kan,kans",
        "KY": "ken,kent",
        "ME": "maine",
        "MD": "mary",
        "MA": "mass",
        "MH": "republic of the marshall islands",
        "MI": "mich",
        "MN": "minn",
        "MS": "miss",
        "MO": "mo",
        "MT": "mont",
        "NE": "neb,nebr",
        "NV": "nev",
        "NH": "n hampshire",
        "NJ": "n jersey",
        "NM": "n mex,n mexico,new mex",
        "NY": "n york,new york state,nys,nueva york",
        "NC": "n car,n carolina,no carolina",
        "ND": "n dak,n dakota,no dakota",
        "OK": "okla",
        "OR": "ore,oreg",
        "PA": "penn,penna",
        "PR": "p rico,porto rico",
        "RI": "r island,rhode isl",
        "SC": "s car,s carolina,so carolina",
        "SD": "s dak,s dakota,so dakota",
        "TN": "tenn",
        "TX": "tex",
        "VA": "virg",
        "VI": "us virgin islands,virgin islands us,usvi",
        "WA": "wash,washington state",
        "WV": "w va,w virg,w virginia",
        "WI": "wis,wisc",
        "WY": "wyo",
        "AA": "military americas,armed forces of the americas",
        "AE": "military europe,armed forces africa,armed forces canada,armed forces middle east",
        "AP": "military pacific",
        "GU": "guam us",
        "MP": "northern marianas,cnmi",
        "AB": "alta",
        "MB": "man",
        "BC": "colombie britannique",
        "NB": "nouveau brunswick",
        "NL": "newfoundland,labrador,newfoundland labrador,nfld,nf,terre neuve,terre neuve et labrador",
        "NS": "nouvelle ecosse",
        "NT": "nwt,northwest territory,territoires du nord ouest",
        "ON": "ont",
        "PE": "pei,ile du prince edouard",
        "QC": "que,pq",
        "SK": "sask",
        "YT": "yukon territory,yuk",
    }.items()
    for word in words.split(",")
}

_PREFIX = re.compile(r"(?:us|usa|ca)[-_](?=[a-z]{2}$)", re.ASCII)
_DOTTED = re.compile(r"(?<=\b[a-z])\.\s?(?=[a-z]\b)", re.ASCII)
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’ʻʼ‘`"))  # Hawai'i
_NOT_WORDS = re.compile(r"[^a-z]+", re.ASCII)
_AROUND = re.compile(
    r"^(?:the )?(?:state|commonwealth|territory|province) of "
    r"|, *(?:u\.?s\.?a?\.?|united states(?: of america)?|canada)$"
)
"""What stands before and behind a state where a whole address was taken apart."""


def latin(text: str) -> str:
    """A name in the letters of ASCII, in lower case: ``Québec`` is ``quebec``; "" where letters of another script
    stand in it."""
    bare = unicodedata.normalize("NFD", text.translate(_APOSTROPHES).casefold())
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return "" if any(letter.isalpha() and not letter.isascii() for letter in letters) else letters


@lru_cache(maxsize=2_048)
def code_of(text: str) -> str | None:
    """The two-letter code of a state in any usual spelling: ``CA``, ``Calif.``, ``N.Y.``, ``US-TX``,
    ``Québec``."""
    bare = _AROUND.sub("", _AROUND.sub("", latin(text).strip()))
    bare = _DOTTED.sub("", _PREFIX.sub("", bare))  # n.y. is ny
    words = _NOT_WORDS.sub(" ", bare).strip()
    return _known(words) or _said_twice(words.split(" "))


def _known(words: str) -> str | None:
    return state_code(words) or ABBREVIATIONS.get(words)


def _said_twice(words: list[str]) -> str | None:
    """The state of ``TX - Texas`` and ``Texas (TX)``; None where the two are not one."""
    if len(words) < 2:
        return None
    for code, name in ((words[0], words[1:]), (words[-1], words[:-1])):
        if len(code) == 2 and (found := _known(code)) and found == _known(" ".join(name)):
            return found
    return None


def name_of(code: str) -> str:
    """The name of the state that has this code."""
    return STATES[code]


PARTS: Final[Mapping[str, Callable[[str], object]]] = {"code": lambda code: code, "name": name_of}


def read_state(raw: object, type_: Type, context: Context) -> Reading:
    """A state's two-letter code."""
    text = short_text(raw, 64)
    code = code_of(text) if text else None
    return _reading(code) if code else INVALID


@lru_cache(maxsize=128)
def _reading(code: str) -> Reading:
    return Reading(True, code, Parts(code, PARTS), json=f'"{code}"')


READERS: Final[Mapping[str, Reader]] = {"state": read_state}
