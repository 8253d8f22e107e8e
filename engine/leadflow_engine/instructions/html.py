"""A document as one HTML page: no script, nothing from elsewhere, light and dark, for any width and for paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from leadflow_engine.instructions.blocks import Block, Bullets, Code, Document, Heading, Paragraph, Table
from leadflow_engine.instructions.phrases import Name, Phrase

STYLE: Final = """
:root { color-scheme: light dark; --text: #1c2430; --soft: #5b6675; --line: #dde2e9; --back: #ffffff; --panel: #f5f7fa;
  --mark: #0b5cad; --code: #17324d; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --soft: #9aa6b5; --line: #323b47; --back: #14181e;
  --panel: #1d232b; --mark: #7db8f5; --code: #cfe3f7; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); line-height: 1.55;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .35rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .7rem; padding-top: 1.1rem; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }
h3 { font-size: 1.02rem; margin: 1.5rem 0 .4rem; }
p { margin: .5rem 0 .8rem; overflow-wrap: anywhere; }
.subtitle { color: var(--soft); margin: 0 0 1.2rem; }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .92rem; }
a { color: var(--mark); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
ul { margin: .4rem 0 .9rem; padding-left: 1.25rem; }
li { margin: .25rem 0; overflow-wrap: anywhere; }
code { font: .88em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--code);
  background: var(--panel); border-radius: 4px; padding: .08em .32em; overflow-wrap: anywhere; }
pre { margin: .3rem 0 1rem; padding: .85rem 1rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 8px; overflow-x: auto; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.caption { margin: 1rem 0 .25rem; font-size: .88rem; color: var(--soft); }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1.1rem; font-size: .93rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .84rem; }
th, td { padding: .48rem .7rem .48rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
td:first-child { min-width: 8rem; }
table.wide { table-layout: fixed; }
table.wide th:nth-child(1) { width: 21%; } table.wide th:nth-child(2) { width: 21%; }
table.wide th:nth-child(4) { width: 24%; }
@media (max-width: 40rem) {
  main { padding: 1.5rem 1rem 3rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody { display: block; }
  tr { display: block; padding: .55rem 0; border-bottom: 1px solid var(--line); }
  td { display: block; border: 0; padding: .1rem 0; }
  td:empty { display: none; }
  td:first-child { font-weight: 600; }
  td:not(:first-child):not([data-head=""])::before { content: attr(data-head) ": "; color: var(--soft);
    font-size: .84rem; }
}
@media print {
  :root { --text: #000; --soft: #444; --line: #bbb; --back: #fff; --panel: #f4f4f4; --mark: #000; --code: #000; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } nav { display: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } h2, h3, .caption { break-after: avoid; }
  tr, pre, li { break-inside: avoid; }
}
"""


WIDE: Final = 4
"""Columns of a table whose widths are the same in every table of the page."""


def html(document: Document) -> str:
    """The page. Everything in it is text of the document, escaped."""
    numbered = list(enumerate(document.blocks))
    links = [
        f'<a href="#{_anchor(number, block)}">{escape(block.text)}</a>'
        for number, block in numbered
        if isinstance(block, Heading) and block.level == 2
    ]
    body = "\n".join(_WRITE[type(block)](block, number) for number, block in numbered)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(document.title)}</h1>\n<p class="subtitle">{escape(document.subtitle)}</p>\n'
        f'<nav aria-label="Contents">{" ".join(links)}</nav>\n{body}\n</main>\n</body>\n</html>\n'
    )


def phrase(pieces: Phrase) -> str:
    """A phrase; names are set as code."""
    return "".join(f"<code>{escape(p.text)}</code>" if isinstance(p, Name) else escape(p) for p in pieces)


def _anchor(number: int, block: Heading) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", block.text.lower()).strip("-")
    return f"{words or 'part'}-{number}"


def _heading(block: Heading, number: int) -> str:
    return f'<h{block.level} id="{_anchor(number, block)}">{escape(block.text)}</h{block.level}>'


def _table(block: Table, number: int) -> str:
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in block.head)
    rows = "\n".join(f"<tr>{_cells(block, row)}</tr>" for row in block.rows)
    top = f"<thead><tr>{head}</tr></thead>\n" if any(block.head) else ""
    wide = ' class="wide"' if len(block.head) == WIDE else ""
    return f"<table{wide}>\n{top}<tbody>\n{rows}\n</tbody>\n</table>"


def _cells(block: Table, row: tuple[Phrase, ...]) -> str:
    return "".join(
        f'<td data-head="{escape(word)}">{phrase(cell)}</td>'
        for word, cell in zip(block.head, row, strict=True)
    )


def _code(block: Code, number: int) -> str:
    caption = f'<p class="caption">{escape(block.caption)}</p>\n' if block.caption else ""
    return f'{caption}<pre tabindex="0"><code>{escape(block.text.rstrip(chr(10)))}</code></pre>'


_WRITE: Final[Mapping[type[Block], Callable[[Any, int], str]]] = {
    Heading: _heading,
    Paragraph: lambda block, number: f"<p>{phrase(block.text)}</p>",
    Bullets: lambda block, number: (
        "<ul>\n" + "\n".join(f"<li>{phrase(i)}</li>" for i in block.items) + "\n</ul>"
    ),
    Table: _table,
    Code: _code,
}
