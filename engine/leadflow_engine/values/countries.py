"""Countries by their codes and names, and time zones by the names of the tz database and as people say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import INVALID, Context, Reader, Reading, one_line, short_text
from leadflow_engine.values.states import latin

_ALPHA_3: Final = """
AD AND AE ARE AF AFG AG ATG AI AIA AL ALB AM ARM AO AGO AQ ATA AR ARG AS ASM AT AUT AU AUS AW ABW AX ALA AZ AZE BA BIH
BB BRB BD BGD BE BEL BF BFA BG BGR BH BHR BI BDI BJ BEN BL BLM BM BMU BN BRN BO BOL BQ BES BR BRA BS BHS BT BTN BV BVT
BW BWA BY BLR BZ BLZ CA CAN CC CCK CD COD CF CAF CG COG CH CHE CI CIV CK COK CL CHL CM CMR CN CHN CO COL CR CRI CU CUB
CV CPV CW CUW CX CXR CY CYP CZ CZE DE DEU DJ DJI DK DNK DM DMA DO DOM DZ DZA EC ECU EE EST EG EGY EH ESH ER ERI ES ESP
ET ETH FI FIN FJ FJI FK FLK FM FSM FO FRO FR FRA GA GAB GB GBR GD GRD GE GEO GF GUF GG GGY GH GHA GI GIB GL GRL GM GMB
GN GIN GP GLP GQ GNQ GR GRC GS SGS GT GTM GU GUM GW GNB GY GUY HK HKG HM HMD HN HND HR HRV HT HTI HU HUN ID IDN IE IRL
IL ISR IM IMN IN IND IO IOT IQ IRQ IR IRN IS ISL IT ITA JE JEY JM JAM JO JOR JP JPN KE KEN KG KGZ KH KHM KI KIR KM COM
KN KNA KP PRK KR KOR KW KWT KY CYM KZ KAZ LA LAO LB LBN LC LCA LI LIE LK LKA LR LBR LS LSO LT LTU LU LUX LV LVA LY LBY
MA MAR MC MCO MD MDA ME MNE MF MAF MG MDG MH MHL MK MKD ML MLI MM MMR MN MNG MO MAC MP MNP MQ MTQ MR MRT MS MSR MT MLT
MU MUS MV MDV MW MWI MX MEX MY MYS MZ MOZ NA NAM NC NCL NE NER NF NFK NG NGA NI NIC NL NLD NO NOR NP NPL NR NRU NU NIU
NZ NZL OM OMN PA PAN PE PER PF PYF PG PNG PH PHL PK PAK PL POL PM SPM PN PCN PR PRI PS PSE PT PRT PW PLW PY PRY QA QAT
RE REU RO ROU RS SRB RU RUS RW RWA SA SAU SB SLB SC SYC SD SDN SE SWE SG SGP SH SHN SI SVN SJ SJM SK SVK SL SLE SM SMR
SN SEN SO SOM SR SUR SS SSD ST STP SV SLV SX SXM SY SYR SZ SWZ TC TCA TD TCD TF ATF TG TGO TH THA TJ TJK TK TKL TL TLS
TM TKM TN TUN TO TON TR TUR TT TTO TV TUV TW TWN TZ TZA UA UKR UG UGA UM UMI US USA UY URY UZ UZB VA VAT VC VCT VE VEN
VG VGB VI VIR VN VNM VU VUT WF WLF WS WSM YE YEM YT MYT ZA ZAF ZM ZMB ZW ZWE
"""
"""The two letters and the three letters of ISO 3166, one after the other."""

OTHER_NAMES: Final[Mapping[str, str]] = {
    name: code
    for code, names in {
        "AE": "uae,u a e,emirates",
        "BA": "bosnia",
        "BO": "plurinational state of bolivia",
        "BR": "brasil",
        "CD": "drc,dr congo,democratic republic of the congo,democratic republic of congo",
        "CG": "republic of the congo,congo brazzaville",
        "CI": "ivory coast",
        "CV": "cabo verde",
        "CZ": "czechia",
        "DE": "deutschland,ger",
        "ES": "espana",
        "GB": "uk,u k,united kingdom,great britain,britain,england,scotland,wales,northern ireland",
        "IE": "republic of ireland,eire",
        "IR": "islamic republic of iran",
        "IT": "italia",
        "KP": "north korea",
        "KR": "south korea,republic of korea",
        "LA": "lao",
        "MK": "macedonia,republic of north macedonia",
        "MM": "burma,myanmar",
        "NL": "holland",
        "PS": "palestinian territories",
        "RU": "russian federation",
        "SY": "syrian arab republic",
        "SZ": "swaziland,eswatini",
        "TR": "turkiye",
        "TT": "trinidad,tobago",
        "TZ": "united republic of tanzania",
        "US": "u s,u s a,united states of america,america",
        "VI": "us virgin islands,u s virgin islands,united states virgin islands",
        "VN": "viet nam",
    }.items()
    for name in names.split(",")
}

_SAINT = re.compile(r"\bst\b")
_NOT_WORDS = re.compile(r"[^a-z]+", re.ASCII)


def _folded(name: str) -> str:
    """A name without accents, marks, articles and ``and``: ``St. Lucia`` is ``saint lucia``."""
    words = _NOT_WORDS.sub(" ", latin(name)).strip()
    return _SAINT.sub("saint", words).removeprefix("the ").replace(" and ", " ")


@cache
def _countries() -> Mapping[str, str]:
    """Codes by folded spellings."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    codes = _ALPHA_3.split()
    return {
        **{_folded(name): code for code, name in rows},
        **{_folded(name): code for name, code in OTHER_NAMES.items()},
        **{long.lower(): code for code, long in zip(codes[::2], codes[1::2], strict=True)},
        **{code.lower(): code for code, _ in rows},
    }


@lru_cache(maxsize=2_048)
def country_of(text: str) -> str | None:
    """The two-letter code of a country in any usual spelling; None where there is no such country."""
    return _countries().get(_folded(text))


def read_country(raw: object, type_: Type, context: Context) -> Reading:
    """A country by code or name; its normal form is the two-letter code."""
    text = short_text(raw, 64)
    code = country_of(text) if text else None
    return Reading(True, code) if code else INVALID


# ------------------------------------------------------------------ time zones

NORTH_AMERICAN_ZONES: Final[Mapping[str, str]] = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "arizona": "America/Phoenix",
    "atlantic": "America/Halifax",
    "newfoundland": "America/St_Johns",
}
SHORT_ZONES: Final[Mapping[str, str]] = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
"""What they are called in the United States and Canada; elsewhere these letters mean other things or none."""
NO_PLACE: Final = frozenset({"est", "mst", "hst", "factory", "localtime", "posixrules"})
"""Names of the tz database that stand for no place: ``EST`` keeps to winter time all the year, which nobody means."""
_SPOKEN = re.compile(r" \(us & canada\)$| (?:standard|daylight)(?= time$)")


@cache
def _zones() -> Mapping[str, str]:
    names = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    spoken = {f"{name}{rest}": zone for name, zone in NORTH_AMERICAN_ZONES.items() for rest in ("", " time")}
    return {name.casefold(): name for name in names if name.casefold() not in NO_PLACE} | spoken


def zone_name(text: str, country: str) -> str | None:
    """The name in the tz database; None for an abbreviation that means several zones, or one without a summer."""
    folded = _SPOKEN.sub("", _SPOKEN.sub("", one_line(text).casefold()))
    short = SHORT_ZONES.get(folded) if country in {"US", "CA"} else None
    return short or _zones().get(folded) or _zones().get(folded.replace(" ", "_"))


def read_timezone(raw: object, type_: Type, context: Context) -> Reading:
    """A time zone of the tz database (``America/New_York``), or one of North America as people say it
    (``Eastern``)."""
    text = short_text(raw, 64)
    zone = zone_name(text, context.country) if text else None
    return Reading(True, zone) if zone else INVALID


READERS: Final[Mapping[str, Reader]] = {"country": read_country, "timezone": read_timezone}
