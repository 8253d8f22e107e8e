"""Texts that are made to take a reader's time, its memory or its word: what each reader meets."""

from __future__ import annotations

from typing import Final

XML: Final = (
    "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><r>&b;</r>",
    "<!DOCTYPE r ["
    + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'x'}'>" for n in range(20))
    + "]><r>&e19;</r>",
    "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>",
    "<!DOCTYPE r [<!ENTITY % x SYSTEM 'http://169.254.169.254/'> %x;]><r/>",
    "<!DOCTYPE r SYSTEM 'http://169.254.169.254/x.dtd'><r/>",
    "<!DOCTYPE r PUBLIC '-//X' 'http://169.254.169.254/x.dtd'><r/>",
    "<!DOCTYPE r [<!ATTLIST r a CDATA 'x'>]><r/>",
    "<r>&undeclared;</r>",
    "<a>" * 50_000 + "</a>" * 50_000,
    "<a>" * 65 + "</a>" * 65,
    "<r>" + "<a/>" * 20_000 + "</r>",
    "<r " + " ".join(f"a{n}='1'" for n in range(20_000)) + "/>",
    "<r><a></r></a>",
    "<r>\x00</r>",
    "<r>&#0;</r>",
    "<r>&#xD800;</r>",
    "<r a='<'/>",
    "<r/><r/>",
    "<r>]]></r>",
    "<x:r/>",
)

JSON: Final = (
    *(
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1e999",
        "[1e99999999999999999999]",
        "[0e99999999999999999999]",
        "9" * 41,
        "9" * 5_000,
        "9" * 900_000,
    ),
    *(
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000,
        "[" * 66 + "]" * 66,
        '[{"a":' * 33 + "1" + "}]" * 33,
    ),
    *(
        '{"a":1,"a":2}',
        r'{"a":1,"\u0061":2}',
        "{" + ",".join(f'"{n:x}":0' for n in range(80_000)) + ',"0":1}',
    ),
    *(
        "{} {}",
        "{}x",
        "",
        " ",
        "\x00",
        "{'a':1}",
        '{"a":1,}',
        "[1,,2]",
        "01",
        "+1",
        "0x1",
        "nul",
        "[" + "NaN," * 200_000 + "1]",
    ),
)

YAML: Final = (
    "a: &a [x, x]\nb: *a\n",
    "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}, *a]\n" for n in range(30)),
    "a: !!python/object/apply:os.system ['true']\n",
    "a: !!python/name:os.system\n",
    "a: !!binary aGk=\n",
    "a: !local x\n",
    "a: 1\na: 2\n",
    "<<: {a: 1}\n<<: {a: 2}\n",
    "[" * 33 + "]" * 33,
    "[" * 20_000,
    "{a: " * 20_000,
    "? [a, b]\n: 1\n",
    "# " + "x" * 300_000,
    "a: [1\n",
    "a: \x00\n",
    "--- a\n--- b\n",
)

JMESPATH: Final = (
    *(
        "[" * 500 + "a" + "]" * 500,
        "(" * 1_000 + "a" + ")" * 1_000,
        "!" * 1_500 + "a",
        "a | " * 400 + "a",
        "a." * 1_000 + "a",
        "a" * 3_000,
    ),
    *(
        "{a: " * 200 + "b" + "}" * 200,
        "&" * 1_900 + "a",
        "[?" * 400 + "a" + "]" * 400,
        "`" + "[" * 1_000 + "`",
        "a[" * 900,
    ),
    *("__class__()", "a.__class__()", "join('-'", "eval('1')", "a[1:2:3:4]"),
)

GROWING: Final = (
    "join('" + "x" * 1_000 + "', @)",
    "[@, @, @, @] | [@, @, @, @] | [@, @, @, @] | [@, @, @, @] | [@, @, @, @] | [@, @, @, @] | to_string(@)",
    "[@, @] | " * 20 + "sort_by(@, &to_string(@))",
)
"""Paths that are well formed and would make a little of a list very large."""

PATTERNS: Final = (
    *(
        "(a+)+$",
        "(a|a)*$",
        "(a|aa)+$",
        "(a*)*$",
        "(.*a){25}$",
        "^(a+)+b",
        "(a+){10}$",
        "([a-z]+)*$",
        "(?:a+)+$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ),
    *(
        "(x+x+)+y",
        "(.*)*$",
        "^(.*)*x$",
        "((a*)*)*b",
        "(a?){30}a{30}",
        r"(\w+\s?)*$",
        r"^(\d+)*$",
        "a*a*a*a*a*a*a*a*b",
        "(.+)+\x00",
        "[^x]*[^y]*[^z]*q",
    ),
    *(
        "(?=a+)a*b",
        r"(a)\1+$",
        "(?<=a)a*",
        "a{2000}",
        "(a{100}){100}",
        "(" * 2_000 + ")" * 2_000,
        "[",
        "(?P<a>a)(?P<a>a)",
        "a" * 60_000,
        "(?R)",
        "a{1000}" * 200,
    ),
)
INPUTS: Final = ("a" * 64_000 + "!", "a1 " * 21_000, "x" * 30_000 + "\n" + "y" * 30_000)
