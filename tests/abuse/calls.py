"""Two hundred calls that no honest program makes, written by hand: the content type of each, and its bytes."""

# ruff: noqa: E501

from __future__ import annotations

from typing import Final

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
XML: Final = "application/xml"
PARTS: Final = "multipart/form-data; boundary=b"
CSV: Final = "text/csv"
MAIL: Final = '"mail": "ana@example.com"'
MIB: Final = 1_048_576


def lead(more: str) -> str:
    """A lead in JSON that would be taken, with one more thing in it."""
    return f"{{{MAIL}, {more}}}"


def member(value: str) -> str:
    """A lead in JSON, one of whose fields is this."""
    return lead(f'"wish": {value}')


def keys(count: int) -> str:
    """So many keys of an object, all of them other."""
    return ",".join(f'"{number:x}":0' for number in range(count))


def part(name: str = "mail", value: str = "ana@example.com", more: str = "") -> str:
    """One part of a multipart body."""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


NUMBERS: Final = (
    *("NaN", "-NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "1e309", "1e-309", "1e300", "1e-300"),
    *("1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999", "0e-400", "0e400", "-0", "-0.0"),
    *("9" * 40, "9" * 41, "9" * 4_300, "9" * 4_301, "9" * 5_000, "9" * 500_000, "0." + "9" * 5_000, "1" + "0" * 300),
    *("01", "+1", ".5", "1.", "1e", "1e+", "0x10", "1_000", "1,5", "٣", "1.5e3", "0.1e-39", "1" + "0" * 41),
)  # fmt: skip
STRINGS: Final = (
    *(r'"\ud83d"', r'"\ude00\ud83d"', r'"\udfff x"', r'"\u0000"', r'"a\u0000b"', r'"\u202e"', r'"\ufeff"', r'"\uffff"'),
    *('"\x00"', '"\x01"', '"\x1f"', '"a\nb"', '"\ta"', '"\x7f"', '"\u2028"', r'"\x41"', r'"\u12"', r'"\u 123"', "'a'"),
    *('"' + "a" * 70_000 + '"', '"' + "\u0301" * 60_000 + '"', '"' + r"\u0061" * 100_000 + '"', '"\uf8f0DESK_KEY\uf8f1"'),
    *(r'"\uf8f0DESK_KEY\uf8f1"', '"{{ 7*7 }}"', '"<script>alert(1)</script>"', "\"'; DROP TABLE lead; --\"", '"\U000e0041"'),
)  # fmt: skip
SHAPES: Final = (
    *("[" * 64 + "]" * 64, "[" * 62 + "]" * 62, "[" * 65 + "]" * 65, "[" * 100_000, "[" * 100_000 + "]" * 100_000),
    *('{"a":' * 100_000, '{"a":' * 100 + "1" + "}" * 100, '[{"a":' * 50_000, "[" + "0," * 500_000 + "0]", "{}", "[]"),
    *("[" + "{}," * 300_000 + "{}]", f"{{{keys(90_000)}}}", f'{{{keys(90_000)},"0":1}}', f'{{{keys(90_000)},"15f8f":1}}'),
    *("[" + "NaN," * 200_000 + "1]", "[" + ",".join(f"1e{number}" for number in range(1000, 90_000)) + "]", "null", "true"),
    *('{"a": 1, "a": 2}', r'{"a": 1, "\u0061": 2}', '{"": 1}', '{"a.b[c]": 1}', '{"__proto__": {"x": 1}}', '{"\\u0000": 1}'),
    *('{"' + "k" * 200_000 + '": 1}', '{1: 2}', "{'a': 1}", '{"a": }', "{,}", "[,]", "[1,]", '{"a" 1}'),
)  # fmt: skip
WHOLE_JSON: Final = (
    *("", " ", "\n" * 1000, "{", "}", "[", "]", "{}", "[]", "[[]]", "[{}]", "null", "true", "0", '""', "nul", "{} {}", "{}x", "{}//c"),
    *("/**/{}", "\ufeff{}", "\ufeff\ufeff{}", "{" * MIB, '{"mail"', '{"mail":', '{"mail":"', "\x00", "{}\x00", "\x00{}", "\\"),
    *(f"{{{MAIL}}}{{{MAIL}}}", f"[{{{MAIL}}}, 1]", f"{{{MAIL}, {MAIL}}}", '{"mail": {"$ne": null}}', '{"mail": ["a@b.co"]}'),
    *('{"mail": {"a": "b"}}', '{"mail": true}', '{"mail": 7}', '{"mail": null}', '{"mail": "' + "a" * 100_000 + '@example.com"}'),
    *('{"mail": "a@' + "b." * 30_000 + 'c"}', '{"mail": "' + "a@" * 50_000 + '"}', '{"mail": "a@b.co\\r\\nBcc: x@y.co"}'),
    *(lead('"ping_id": "' + "A" * 26 + '"'), lead('"ping_id": 5'), lead('"redir_url": "javascript:alert(1)"'), " " * 1_000_000 + "{"),
)  # fmt: skip
FORMS: Final = (
    *("", "&", "=", "a", "=a", "a=&b", "%", "mail=%", "mail=%ff", "mail=%zz", "mail=%u0041", "%00=1", "mail=%00", "mail=a%0d%0ab"),
    *("&" * MIB, "a=1&" * 200_000, "&".join(f"a{n}=1" for n in range(10_000)), "a[" * 100_000 + "=1", "a]=1", "a[]b=1", "[]=1"),
    *("a" + ".b" * 100_000 + "=1", "a" + "[b]" * 100_000 + "=1", "a[999999999999]=1", "a[-1]=1", "a=1&a.b=2&a[c]=3", "a.=1", ".a=1"),
    *("mail=ana@example.com&mail=bob@example.com", "mail[0][x]=1&mail[]=2&mail=3", "mail" + "+" * MIB, "mail=" + "%41" * 300_000),
    *("mail;a=1;b=2", "?mail=a", "mail=\ud83d", "mail=a\x00b", "__proto__[x]=1", "constructor.prototype=1"),
)  # fmt: skip
XMLS: Final = (
    *("", "<", "<a", "<a>", "</a>", "<a/><b/>", "<a></b>", "<a b/>", "<a b='1' b='2'/>", "<1/>", "text", "<a>&b;</a>", "<a>&#0;</a>"),
    *("<a>&#xD800;</a>", "<a>\x00</a>", "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<?xml version='9'?><a/>"),
    *("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "<!DOCTYPE a SYSTEM 'http://169.254.169.254/'><a/>"),
    *("<!DOCTYPE a [<!ENTITY b '" + "x" * 9_999 + "'>]><a>" + "&b;" * 9_999 + "</a>", "<a>" * 100_000, "<a>" * 64 + "</a>" * 64),
    *("<a " + " ".join(f"b{n}=''" for n in range(50_000)) + "/>", "<a>" + "<b/>" * 200_000 + "</a>", "<" + "a" * 900_000 + "/>"),
    *("<a>" + "&lt;" * 250_000 + "</a>", "<!--" + "-" * 100_000 + "-->", "<?xml version='1.0' encoding='utf-7'?><a/>", "<a:b/>"),
    *("<?xml version='1.0' encoding='utf-16'?><a/>", "<a xmlns='" + "u" * 100_000 + "'/>", "<a>]]></a>", "<![CDATA[x]]>", "<a/>x"),
)  # fmt: skip
PARTED: Final = (
    *("", "--b", "--b--", "--b\r\n--b--", "--b\r\n\r\n\r\n--b--", part(), part() + "--b", part() + "--b--", part(more='; filename="x"') + "--b--"),
    *(part("") + "--b--", part("\x00") + "--b--", part(more="; name=x") + "--b--", part() * 2_000 + "--b--", part() * 900 + "--b--"),
    *("--b\r\n" * 100_000, "\r\n" * 400_000, "--b\r\n" + "A: b\r\n" * 100_000 + "\r\n1\r\n--b--", part("a" * 500_000) + "--b--"),
    *("--b\r\nContent-Disposition: form-data;" + ' name="' + '\\"' * 200_000 + "\r\n\r\n1\r\n--b--", part(value="\x00") + "--b--"),
    *("--b\r\nContent-Disposition: form-data" + "; a=b" * 150_000 + "\r\n\r\n1\r\n--b--", part(more='; filename*=utf-8\'\'x') + "--b--"),
)  # fmt: skip
ROWS: Final = (
    *("", "\n", "mail", "mail\n", "mail\nana@example.com\n\n", 'mail\n"', 'mail\n"a', 'mail\n"a"b', "mail\na,b", "mail,mail\na,b", ",\n1,2"),
    *("," * 200_000 + "\n1", "mail\n" + "a\n" * 200_000, "mail\n" + "x" * 900_000, "mail\n\x00", '"' * 500_000, "\ufeffmail\na", "sep=;\nmail\na"),
    *("mail\r\ra\r", "=cmd|' /C calc'!A0\n1", "\n" * 900_000),
)  # fmt: skip
ENCODED: Final[tuple[tuple[str, bytes], ...]] = (
    (JSON, b"\xff"), (JSON, b"\xff\xfe"), (JSON, b"\xfe\xff"), (JSON, b"\xff\xfe{"), (JSON, b"\xef\xbb\xbf{}"), (JSON, b"\xef\xbb{}"),
    (JSON, b"\xc0\xaf"), (JSON, b"\xed\xa0\xbd"), (JSON, b"\xf5\x80\x80\x80"), (JSON, '{"a": "é"}'.encode("latin-1")), (JSON, b"\x00\x00\xfe\xff"),
    (JSON, "{}".encode("utf-16-le")), (JSON, "{}".encode("utf-32")), (f"{JSON}; charset=utf-7", b"+AHs-"), (f"{JSON}; charset=rot13", b"{}"),
    (f"{JSON}; charset=idna", b"{}"), (f"{JSON}; charset=utf-16", b"{}x"), (f"{JSON}; charset=utf-16", '{"a":1}'.encode("utf-16-be")),
    (f"{FORM}; charset=zip", b"a=1"), (f"{XML}; charset=utf-8", "<?xml version='1.0' encoding='latin1'?><a>é</a>".encode("latin-1")),
    (XML, b"<?xml version='1.0' encoding='cp037'?>"), (XML, "<a/>".encode("utf-16")), (CSV, "a\né".encode("latin-1")), (CSV, b"a\n\xff\xfe"),
    ("multipart/form-data", b"--b--"), ("multipart/form-data; boundary=", b"----"), (f'multipart/form-data; boundary="{"x" * 71}"', b"--x"),
    ("application/json, text/xml", b"{}"), ("text/html", b"<p>"), ("*/*", b"{}"), ("\xff", b"{}"), ("a/b;" * 500, b"{}"), ("", b"\x80"), ("", b"<"),
)  # fmt: skip

_TABLES: Final = (
    (JSON, tuple(map(member, (*NUMBERS, *STRINGS, *SHAPES)))),
    (JSON, WHOLE_JSON),
    (FORM, FORMS),
    (XML, XMLS),
    (PARTS, PARTED),
    (CSV, ROWS),
)
CALLS: Final[tuple[tuple[str, bytes], ...]] = (
    *((kind, text.encode("utf-8", "surrogatepass")) for kind, texts in _TABLES for text in texts),
    *ENCODED,
)
"""All of them: a content type and a body each."""
