"""What comes back of an answer that came whole."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.outbound.answer import decoded

from .raw_server import http, outbound, post, replying, serving

pytestmark = pytest.mark.anyio


async def answer_to(reply: bytes, secrets: dict[str, str] | None = None) -> dict[str, object]:
    async with serving(replying(reply)) as server, outbound(server.port, secrets=secrets) as out:
        return dict(await out.send(post(server.port)))


async def test_html_with_200_is_an_answer_like_any_other() -> None:
    result = await answer_to(
        http(b"<html>Maintenance</html>", "200 OK", "Content-Type: text/html", "X-A: 1", "X-A: 2")
    )
    assert (result["phase"], result["failure"], result["status"]) == ("answered", "", 200)
    assert result["body"] == "<html>Maintenance</html>"
    assert result["headers"][1:] == [["Content-Type", "text/html"], ["X-A", "1"], ["X-A", "2"]]  # type: ignore[index]
    assert 0 < float(str(result["ms"])) < 2000


async def test_a_redirect_is_shown_not_followed() -> None:
    result = await answer_to(http(b"", "302 Found", "Location: http://169.254.169.254/latest/meta-data/"))
    assert (result["status"], result["phase"]) == (302, "answered")
    assert ["Location", "http://169.254.169.254/latest/meta-data/"] in result["headers"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "status", ["204 No Content", "304 Not Modified", "404 Not Found", "500 Oops", "599 X"]
)
async def test_every_status_is_an_answer(status: str) -> None:
    result = await answer_to(http(b"", status))
    assert (result["phase"], result["status"]) == ("answered", int(status[:3]))


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"yes", mtime=0), "gzip"),
        (zlib.compress(b"yes"), "deflate"),
        (zlib.compress(b"yes")[2:-4], "deflate"),
        (gzip.compress(gzip.compress(b"yes", mtime=0), mtime=0), "gzip, gzip"),
        (b"yes", "identity"),
    ],
    ids=["gzip", "zlib", "deflate", "twice", "as it is"],
)
async def test_compressed_answers(body: bytes, coding: str) -> None:
    assert (await answer_to(http(body, "200 OK", f"Content-Encoding: {coding}")))["body"] == "yes"


async def test_encodings_one_over_the_other_without_end_are_not_taken_off() -> None:
    body = b"yes"
    for _ in range(5):
        body = gzip.compress(body, mtime=0)
    result = await answer_to(http(body, "200 OK", f"Content-Encoding: {', '.join(['gzip'] * 5)}"))
    assert (result["phase"], result["failure"]) == ("partial", "protocol")


@pytest.mark.parametrize(
    ("raw", "content_type", "expected"),
    [
        ("né".encode(), "", "né"),
        ("né".encode("latin-1"), "text/xml; charset=ISO-8859-1", "né"),
        ("né".encode("cp1252"), 'text/plain; charset="windows-1252"', "né"),
        ("né".encode("utf-8-sig"), "application/json", "né"),
        ("né".encode("utf-8-sig"), "application/json; charset=utf-8", "né"),
        ("né".encode("utf-16"), "", "né"),
        ("né".encode(), "text/plain; charset=klingon", "né"),
        ("né".encode(), "text/plain; charset=base64", "né"),
        ("né".encode(), "text/plain; charset=unicode_escape", "né"),
        ("né".encode("latin-1"), "", "n\ufffd"),
        ("né".encode("latin-1"), "text/plain; charset=utf-8", "n\ufffd"),
        (b"a\0b", "", "a\0b"),
        (b"", "", ""),
    ],
)
def test_text_by_header_then_mark_then_utf8(raw: bytes, content_type: str, expected: str) -> None:
    assert decoded(raw, content_type) == expected


@given(st.binary(max_size=64), st.text(max_size=40))
def test_any_bytes_become_text(raw: bytes, content_type: str) -> None:
    decoded(raw, f"text/plain; charset={content_type}").encode("utf-8", "surrogatepass")


async def test_connections_are_reused() -> None:
    async with serving(replying(http(b"ok"), keep_alive=True)) as server, outbound(server.port) as out:
        for _ in range(20):
            assert (await out.send(post(server.port)))["body"] == "ok"
    assert (len(server.requests), server.connections) == (20, 1)


async def test_fifty_at_once() -> None:
    async with serving(replying(http(b"ok"), keep_alive=True)) as server, outbound(server.port) as out:
        results = await asyncio.gather(*(out.send(post(server.port, f"n={number}")) for number in range(50)))
    assert {result["phase"] for result in results} == {"answered"}
    assert {text.rpartition("n=")[2] for text in server.requests} == {str(number) for number in range(50)}


async def test_our_own_secret_in_an_answer_is_masked() -> None:
    body = b'{"error": "bad key s3cr3t/+key", "auth": "czNjcjN0LytrZXk=", "url": "?k=s3cr3t%2F%2Bkey"}'
    result = await answer_to(http(body, "401 No", "X-Echo: s3cr3t/+key"), {"KEY": "s3cr3t/+key"})
    assert result["body"] == '{"error": "bad key ***", "auth": "***", "url": "?k=***"}'
    assert ["X-Echo", "***"] in result["headers"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "forged",
    [
        "\uf8f0KEY\uf8f1",
        "\\uf8f0KEY\\uf8f1",
        "\\uF8F0KEY\\uF8F1",
        "&#xf8f0;KEY&#xF8F1;",
        "&#63728;KEY&#63729;",
    ],
)
async def test_an_answer_cannot_bring_a_placeholder(forged: str) -> None:
    """Else a buyer could answer with one as its reference, and be posted the secret of another buyer."""
    result = await answer_to(http(f'{{"id": "{forged}"}}'.encode()), {"KEY": "value of the key"})
    assert result["body"] == '{"id": "\ufffdKEY\ufffd"}'


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><m>caf\xe9</m>', "text/xml", "café</m>"),
        (b"<?xml version='1.0' encoding='windows-1252'?><m>\x80</m>", "", "€</m>"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><m>caf\xc3\xa9</m>', "", "café</m>"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><m>caf\xe9</m>', "text/xml; charset=utf-8", "café</m>"),
        (b'<?xml version="1.0" encoding="rot13"?><m>caf\xe9</m>', "", "caf\ufffd</m>"),
    ],
)
def test_an_xml_declaration_counts_where_the_body_is_no_utf_8(
    body: bytes, content_type: str, text: str
) -> None:
    assert decoded(body, content_type).endswith(text)
