"""The language for Pygments: what colours a flow in documentation, in a terminal, in a notebook.

A lexer sees words, not meanings, and no word of the language is reserved: what is a field and what a keyword is
decided by the place (``vocabulary.py``). Whatever it meets, it loses no character and ends in no error.
"""

from __future__ import annotations

from typing import ClassVar, Final

from pygments.lexer import RegexLexer, bygroups, include, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace

from leadflow_dsl import vocabulary as v

_LITERALS: Final = {
    "hours": Number.Time,
    "date": Number.Date,
    "time": Number.Time,
    "duration": Number.Duration,
    "status": Number,
    "percent": Number,
    "number": Number,
    "days": Number.Time,
}
_TYPES: Final = "|".join(v.words()["type"])


class FlowLexer(RegexLexer):  # type: ignore[misc]  # Pygments has no types
    """Flow files of leadflow."""

    name = "leadflow"
    aliases: ClassVar[list[str]] = ["leadflow", "flow"]
    filenames: ClassVar[list[str]] = ["*.flow"]
    version_added = ""
    tokens: ClassVar = {
        "root": [
            (v.FIELD_BLOCK, bygroups(Keyword.Declaration, Name.Class, Whitespace, Punctuation), "fields"),
            (
                rf"^([ \t]*){v.DECLARED}",
                bygroups(Whitespace, Keyword.Declaration, Whitespace, Name.Class),
            ),
            (
                rf"\b(set)([ \t]+)({v.NAME})([ \t]+)({_TYPES})\b",
                bygroups(Keyword, Whitespace, Name.Variable, Whitespace, Keyword.Type),
            ),
            include("values"),
        ],
        "fields": [
            (r"\}", Punctuation, "#pop"),
            (r"\{", Punctuation, "record"),
            (r"^([ \t]*)(use|require)\b", bygroups(Whitespace, Keyword)),
            (
                rf"^([ \t]*)({v.NAME})([ \t]+)({_TYPES})\b",
                bygroups(Whitespace, Name.Variable, Whitespace, Keyword.Type),
            ),
            (rf"\b(of)([ \t]+)({_TYPES})\b", bygroups(Keyword, Whitespace, Keyword.Type)),
            include("values"),
        ],
        "record": [
            (r"\}", Punctuation, "#pop"),
            (rf"({v.NAME})([ \t]+)({_TYPES})\b", bygroups(Name.Variable, Whitespace, Keyword.Type)),
            include("values"),
        ],
        "values": [
            (rf"^([ \t]*)({v.either('head')})(?=[ \t]+[^=\s])", bygroups(Whitespace, Keyword)),
            (r"\n|[^\S\n]+", Whitespace),
            (v.EXCUSE, Comment.Special),
            (r"#[^\n]*", Comment.Single),
            (r'"""', String.Heredoc, "template"),
            (r'"', String, "text"),
            (v.REGEX, String.Regex),
            *((pattern, _LITERALS[name]) for name, pattern in v.LITERALS),
            (rf"\b(env)([ \t]+)({v.NAME})", bygroups(Keyword, Whitespace, Name.Constant)),
            (v.OPENS_FORMAT, bygroups(Keyword, Whitespace, Keyword)),
            (rf"(\.)({v.NAME})", bygroups(Punctuation, Name.Property)),
            (rf"@{v.NAME}", Name.Decorator),
            (v.KEY, Name.Attribute),
            (r"\benum(?=\()", Keyword.Type),
            (words(v.words()["function"], prefix=r"\b", suffix=r"(?=\()"), Name.Function),
            (v.either("operator"), Operator.Word),
            (v.either("control"), Keyword),
            (v.either("stage"), Keyword.Declaration),
            (v.either("declaration"), Keyword.Declaration),
            (v.either("verdict"), Keyword.Constant),
            (v.either("statement"), Keyword),
            (r"\b(?:true|false)\b", Keyword.Constant),
            (v.either("state"), Name.Constant),
            (v.NAME, Name),
            (r"==|!=|<=|>=|[-=<>+*/%@]", Operator),
            (r"[{}()\[\],.:]", Punctuation),
            (r".", Text),
        ],
        "text": [
            (r'"', String, "#pop"),
            (r"\n", Whitespace, "#pop"),  # a text ends on its line
            (v.ESCAPE, String.Escape),
            (r"\{\{", String.Interpol, "interpolation"),
            (r'[^"\\{\n]+|[\\{]', String),
        ],
        "template": [
            (r'"""', String.Heredoc, "#pop"),
            (r"\{#(?:[^#]|#(?!\}))*#\}", Comment.Multiline),
            (r"\{[{%]-?", String.Interpol, "jinja"),
            (r'[^"{]+|["{]', String.Heredoc),
        ],
        "interpolation": [
            (r"\}\}", String.Interpol, "#pop"),
            (r'(?=["\n])', Whitespace, "#pop"),
            (r'\\"(?:[^"\\\n]|\\(?!"))*\\"', String),
            include("expression"),
            (r".", Text),
        ],
        "jinja": [
            (r"-?[%}]\}", String.Interpol, "#pop"),
            (r'(?=""")', Whitespace, "#pop"),
            (r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", String),
            (r"\s+", Whitespace),
            (
                words(
                    "if else elif endif for endfor in is not and or set endset include extends block endblock "
                    "macro endmacro import from with endwith filter endfilter".split(),
                    suffix=r"\b",
                ),
                Keyword,
            ),
            include("expression"),
            (r".", Text),
        ],
        "expression": [
            (r"[ \t]+", Whitespace),
            (rf"(\|)([ \t]*)({v.NAME})", bygroups(Operator, Whitespace, Name.Function)),
            (rf"(\.)({v.NAME})", bygroups(Punctuation, Name.Property)),
            (r"\d+(?:\.\d+)?", Number),
            (v.NAME, Name),
            (r"==|!=|<=|>=|[-=<>+*/%~|]", Operator),
            (r"[()\[\],.:]", Punctuation),
        ],
    }
