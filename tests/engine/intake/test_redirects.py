"""Where a browser is sent after its post: to allowed hosts, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.intake.redirects import BadRedirects, Redirect, allowed_hosts, redirect_of, with_redirect
from leadflow_engine.intake.replies import Reply

HOSTS = ("thanks.example.com", "localhost:8080")
REPLY = Reply(200, (), "{}")


@pytest.mark.parametrize(
    "url",
    [
        "https://thanks.example.com",
        "https://THANKS.example.com/ok?a=1#b",
        "http://thanks.example.com/?next=https://evil.example",
        "http://localhost:8080/ok",
    ],
)
def test_an_allowed_host(url: str) -> None:
    redirect = redirect_of({"redir_url": url}, "form", HOSTS)
    assert with_redirect(REPLY, redirect) == Reply(303, (("Location", url),), "")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//thanks.example.com/",
        "/ok",
        "javascript:alert(1)//thanks.example.com",
        "https://thanks.example.com@evil.example/",
        "https://evil.example\\@thanks.example.com/",
        "https://thanks.example.com\\.evil.example/",
        "https://thanks.example.com.evil.example/",
        "https://thanks.example.com:8443/",
        "https://thanks.example.com./",
        "https:thanks.example.com",
        "https:///thanks.example.com",
        "https://thanks.example.com/\r\nSet-Cookie: a=b",
        "https://thanks.example.com/ x",
        "https://thanks.example.com/\u202e",
        "https://thanks\u3002example.com/",
        " https://thanks.example.com/",
        "data:text/html,https://thanks.example.com/",
        "https://thanks.example.com/" + "x" * 2048,
        ["https://thanks.example.com/"],
        7,
    ],
)
def test_everything_else_stays_here_and_says_why(url: object) -> None:
    redirect = redirect_of({"redir_url": url}, "form", HOSTS)
    assert redirect is not None and redirect.problem
    found = with_redirect(REPLY, redirect)
    assert (found.status, found.headers, found.body) == (200, (), "{}")
    assert found.problem == redirect.problem


@given(st.text() | st.from_regex(r"https?:[/\\]{0,3}[a-z.@:\\]*thanks\.example\.com[@.:\\/?#a-z]*"))
def test_a_browser_never_gets_to_another_host(url: str) -> None:
    redirect = redirect_of({"redir_url": url}, "query", HOSTS)
    if redirect is not None and redirect.url:
        assert urlsplit(url.replace("\\", "/")).netloc.lower() in HOSTS


def test_only_what_a_browser_posts_is_redirected() -> None:
    lead = {"redir_url": "https://thanks.example.com"}
    assert redirect_of(lead, "json", HOSTS) is None
    assert redirect_of({}, "form", HOSTS) is None
    assert with_redirect(REPLY, None) == REPLY


def test_the_project_says_which_hosts(tmp_path: Path) -> None:
    assert allowed_hosts(tmp_path) == {}
    file = tmp_path / "leadflow.toml"
    file.write_text('[redirects]\nweb = ["Thanks.example.com"]\n')
    assert allowed_hosts(tmp_path) == {"web": ("thanks.example.com",)}
    assert redirect_of(
        {"redir_url": "https://thanks.example.com/a"}, "form", ("thanks.example.com",)
    ) == Redirect("https://thanks.example.com/a")
    for wrong in (
        'redirects = "a"',
        '[redirects]\nweb = "a"',
        '[redirects]\nweb = ["https://a.example/"]',
        "[",
    ):
        file.write_text(wrong)
        with pytest.raises(BadRedirects):
            allowed_hosts(tmp_path)
