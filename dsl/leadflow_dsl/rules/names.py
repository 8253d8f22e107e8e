"""Rules about names and files: LF2xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

DUPLICATE: Final = Rule(
    "LF201",
    "duplicate-declaration",
    "error",
    "a name is declared twice",
    "Fields, lists, tables, steps and buyers each have one declaration; what an import declares counts as the "
    "flow's own. Only a field that comes from `use` gives way to the flow's own field of that name.",
    'list blocked ["10001"]\nlist blocked ["90210"]\nfilter area { reject when postal_code in blocked }',
    'list blocked ["10001", "90210"]\nfilter area { reject when postal_code in blocked }',
)

AMBIGUOUS: Final = Rule(
    "LF202",
    "ambiguous-name",
    "error",
    "a word could be two things",
    "A bare word is a field, a result, a list, or a word of the enum that it is compared with. Where it is both a "
    "name of the flow and a word of the enum, quotes say that the word is meant, and another name for the field "
    "that the field is.",
    "lead {\n  lease    text\n  project  enum(purchase, lease)\n}\nfilter f { reject when project == lease }"
    '\nbuyer acme {\n  price 1.00\n  deliver {\n    post "https://acme.example/"\n'
    "    body json { a = lease }\n    response { accepted when status 2xx  otherwise rejected }\n  }\n}",
    'lead {\n  lease    text\n  project  enum(purchase, lease)\n}\nfilter f { reject when project == "lease" }'
    '\nbuyer acme {\n  price 1.00\n  deliver {\n    post "https://acme.example/"\n'
    "    body json { a = lease }\n    response { accepted when status 2xx  otherwise rejected }\n  }\n}",
)

UNKNOWN: Final = Rule(
    "LF203",
    "unknown-name",
    "error",
    "a name that nothing declares",
    "Every name is declared: a field in `lead` (or in what it uses), a step, a list, a table, a buyer, a tag. A name "
    "that nothing declares would read as blank in every lead, so it is refused.",
    "filter credit { reject when credit_scor < 600 }",
    "filter credit { reject when credit_score < 600 }",
)

UNKNOWN_PART: Final = Rule(
    "LF204",
    "unknown-part",
    "error",
    "a part that this type does not have",
    "Each type has its own parts (`phone_1.area`, `birth_date.age`), a step has `outcome`, `reason` and what it "
    "sets. The message lists them.",
    "filter young { reject when birth_date.years < 18 }",
    "filter young { reject when birth_date.age < 18 }",
)

UNKNOWN_FUNCTION: Final = Rule(
    "LF205",
    "unknown-function",
    "error",
    "a function that the language does not have",
    "The functions are few and fixed; the message names the nearest.",
    "filter young { reject when years_from(birth_date) < 18 }",
    "filter young { reject when years_since(birth_date) < 18 }",
)

UNUSED: Final = Rule(
    "LF206",
    "unused-declaration",
    "warning",
    "declared, and read by nothing",
    "A list, a suppression or a look-up that no expression, mapping or template reads has no effect: usually the "
    "line that should read it is missing. A look-up that sets nothing is asked for its own sake and left alone. What "
    "an import brings is not looked at.",
    'list blocked ["10001"]',
    'list blocked ["10001"]\nfilter area { reject when postal_code in blocked }',
)

RESERVED: Final = Rule(
    "LF207",
    "reserved-name",
    "error",
    "a name that the language keeps for itself",
    "Words of expressions (`and`, `or`, `in`, `between` ...), the modifiers of a field and the built-in names (`lead`, "
    "`source`, `buyer`, `now`, `random`, `extra`, `payload`, `ping`, `stats`) cannot name a step; a few cannot "
    "name a field, because the flow could not say which is meant.",
    "score now { start 50 }",
    "score quality { start 50 }",
)

NO_FILE: Final = Rule(
    "LF208",
    "missing-file",
    "error",
    "a file that is not there or cannot be read",
    "An import is looked for beside the file that says it (then, below `library/`, among the libraries that come with "
    "leadflow); templates and lists are relative to the project's root.",
    'import "shared/fields.flow"',
    'import "library/calendars.flow"',
)

OUTSIDE: Final = Rule(
    "LF209",
    "outside-the-project",
    "error",
    "a path that leaves the project",
    "A flow reads files of its own project only, so that a flow from somebody else cannot read other files. A path is "
    "relative, uses `/`, and does not lead out by `..` or by a link.",
    'import "../../etc/fields.flow"',
    'import "library/standard_fields.flow"',
)

CYCLE: Final = Rule(
    "LF210",
    "circular",
    "error",
    "declarations that need one another",
    "Imports, `like` and computed fields each form a tree: nothing may need itself, directly or through others.",
    "lead {\n  email  email\n  low    number  = high - 1\n  high   number  = low + 1\n}",
    "lead {\n  email  email\n  low    number\n  high   number  = low + 1\n}",
)

NOT_A_LIBRARY: Final = Rule(
    "LF211",
    "not-a-library",
    "error",
    "an import of what is no library, or a statement that a library cannot hold",
    "A file of shared declarations opens with `library NAME`, and holds fields, lists, tables, calendars, call "
    "windows, enhancements, filters, scores and buyers. Sources and routes belong to the flow.",
    'import "shared/other.flow"',
    'import "shared/lists.flow"\nfilter area { reject when postal_code in blocked }',
    (
        ("shared/other.flow", 'flow other\nlist blocked ["10001"]\n'),
        ("shared/lists.flow", 'library lists\nlist blocked ["10001"]\n'),
    ),
)

TOO_EARLY: Final = Rule(
    "LF212",
    "not-known-yet",
    "error",
    "reads what is only known later",
    "A source judges a lead before any step has run, a step sees what stands above it, and a route's outcome is known "
    "after it. Reading something that comes later would always be blank.",
    "filter good { accept when quality >= 60 }\nscore quality { start 50  add 20 when homeowner }",
    "score quality { start 50  add 20 when homeowner }\nfilter good { accept when quality >= 60 }",
)

NOT_HERE: Final = Rule(
    "LF213",
    "not-here",
    "error",
    "a name that exists only in another place",
    "`ping.*` is known in a buyer's `deliver`, `status`, `text` and paths in a `response`, `payload` where the lead "
    "comes in.",
    "filter early { reject when ping.bid < 5 }",
    "filter early { reject when credit_score < 5 }",
)

NO_COLUMN: Final = Rule(
    "LF214",
    "missing-column",
    "error",
    "a CSV file without this column",
    "The first line of a list's or table's file names its columns; the one that the flow names must be among them.",
    'list blocked from csv "lists/zips.csv" column zipp\nfilter area { reject when postal_code in blocked }',
    'list blocked from csv "lists/zips.csv" column zip\nfilter area { reject when postal_code in blocked }',
    (("lists/zips.csv", "zip,note\n10001,test\n"),),
)

UNUSED_DATA: Final = Rule(
    "LF215",
    "unused-data",
    "info",
    "a table, a calendar or a call window that nothing names",
    "It is only data at hand and harms nobody, but the line that should name it may be missing. What an import brings "
    "is not looked at.",
    "calendar own_days { 2026-12-24 }",
    'buyer acme {\n  price 20.00\n  closed on own_days\n  deliver {\n    post "https://acme.example/leads"\n'
    '    body json { email = email }\n    response json { accepted when "ok"  otherwise rejected }\n  }\n}\n'
    "calendar own_days { 2026-12-24 }",
)

UNUSED_FILE: Final = Rule(
    "LF216",
    "unused-file",
    "warning",
    "a mapping or a list that no flow of the project reads",
    "Files in `mappings/` and CSV files in `lists/` are there to be read by a flow. It is looked for when the whole "
    "folder of a project is linted, because another flow may be the one that reads them.",
    "# lists/zips.csv lies in the project",
    'list blocked from csv "lists/zips.csv" column zip\nfilter area { reject when postal_code in blocked }',
    (("lists/zips.csv", "zip,note\n10001,test\n"),),
    "project",
)

STYLE: Final = Rule(
    "LF217",
    "name-style",
    "info",
    "a name that is not written in small letters with underscores",
    "Names of fields, steps, buyers and sources are written `vet_bill`, so that nobody has to remember which letter is "
    "a capital. What a partner calls it stands in `aliases`, in a `map` or on the left of a mapping. Rename it with "
    "your editor's rename: all places change together.",
    "filter goodCredit { reject when credit_score < 500 }",
    "filter good_credit { reject when credit_score < 500 }",
)

RULES: Final = (
    DUPLICATE,
    AMBIGUOUS,
    UNKNOWN,
    UNKNOWN_PART,
    UNKNOWN_FUNCTION,
    UNUSED,
    RESERVED,
    NO_FILE,
    OUTSIDE,
    CYCLE,
    NOT_A_LIBRARY,
    TOO_EARLY,
    NOT_HERE,
    NO_COLUMN,
    UNUSED_DATA,
    UNUSED_FILE,
    STYLE,
)
