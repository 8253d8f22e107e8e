"""Every command that a page shows is run, in a copy of the project, and must print what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import ROOT, Command, Played, agrees, commands, files, links, pages, play, rewritten

MAKE_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
RUNNABLE = [page for page in pages() if any(commands(page))]


FROM_COLD = ROOT / "README.md"
"""The page whose commands are started as its reader starts them."""


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", RUNNABLE, ids=page_name)
def test_a_page_prints_what_it_says(page: Path, tmp_path: Path, loaded: Path) -> None:
    for played in play(page, tmp_path, None if page == FROM_COLD else loaded):
        place = f"{page_name(page)}:{played.command.line}: {played.command.text}\n{played.printed}"
        assert played.code == played.command.code, place
        assert agrees(played.command.printed, played.printed), place


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_what_a_page_makes_can_be_made(page: Path) -> None:
    made = {command.text for command in commands(page) if command.text.startswith("make ")}
    assert {target for text in made for target in text.split()[1:]} <= MAKE_TARGETS


def test_the_commands_of_a_page_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A\n\n```console exit=1\n$ one &\n$ two --x\nsays\n  this\n```\n", encoding="utf-8")
    assert list(commands(page)) == [Command(4, "one &", "", 0), Command(5, "two --x", "says\n  this\n", 1)]


def test_the_files_of_a_page_are_there_from_then_on(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ ls a.txt || echo none\n```\n\n```text file=a.txt\none\n```\n\n```console\n$ cat a.txt\n```\n"
        "\n```text file=a.txt\ntwo\n```\n\n```console\n$ cat a.txt\n```\n",
        encoding="utf-8",
    )
    assert [(name, text) for _, name, text in files(page)] == [("a.txt", "one\n"), ("a.txt", "two\n")]
    (folder := tmp_path / "work").mkdir()
    assert [played.printed.splitlines()[0] for played in play(page, folder)][1:] == ["one", "two"]


def test_a_page_is_rewritten_where_something_else_was_printed() -> None:
    text = "A\n```console\n$ one &\n$ two\nsold in 3 ms\n```\nB\n"
    other = Played(Command(5, "two", "sold in 3 ms\n", 0), "lost in 12.5 ms\n", 1)
    slower = Played(Command(5, "two", "sold in 3 ms\n", 0), "sold in 12.5 ms\n", 0)
    assert rewritten(text, iter([other])) == "A\n```console exit=1\n$ one &\n$ two\nlost in 12.5 ms\n```\nB\n"
    assert rewritten(text, iter([slower])) == text
    silent = "```console\n$ two\n```\n"
    assert rewritten(silent, iter([other]), silent_too=False) == "```console exit=1\n$ two\n```\n"
    assert "lost" in rewritten(silent, iter([other]))


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("sold ... at once\n", "sold  for $5.00 at once\n"),
        ("sold in 5 ms\n", "sold  in  1,205.7 ms\n"),
        ("2026-11-20 09:41:07 EST sold\n", "2027-01-02 00:00:00 EST   sold\n"),
    ],
)
def test_what_differs_each_time_agrees(said: str, printed: str) -> None:
    assert agrees(said, printed)


@pytest.mark.parametrize("said", ["sold for $5.00\n", "sold\n", "unsold for $4.00\n"])
def test_what_a_page_says_must_be_what_is_printed(said: str) -> None:
    assert not agrees(said, "sold for $4.00\n")


def test_the_flow_in_the_readme_is_the_smallest_example() -> None:
    smallest = (ROOT / "examples" / "01-smallest" / "flow.flow").read_text(encoding="utf-8")
    assert f"```\n{smallest}```" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(smallest.splitlines()) == 10
