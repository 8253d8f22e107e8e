"""docs/delivery.md as a table: what came back, and what it makes of the delivery."""

import pytest

from leadflow_engine.settle import RESERVATION, Came, later_word, settle

ANSWERED = "answered"

ROWS = [
    # what came back, state, distribution word, may be asked again for
    (Came("not_sent", "connect"), "not_sent", "error", "connect"),
    (Came("not_sent", "refused"), "not_sent", "error", "connect"),
    (Came("sent", "timeout"), "in_doubt", "in_doubt", "timeout"),
    (Came("sent", "crash"), "in_doubt", "in_doubt", "timeout"),
    (Came("sent", "reset"), "in_doubt", "in_doubt", ""),
    (Came("partial", "reset", 200), "in_doubt", "in_doubt", ""),
    (Came("partial", "too_large", 200), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=200, verdict="accepted"), "confirmed", "sold", ""),
    (Came(ANSWERED, status=200, verdict="duplicate"), "declined", "duplicate", ""),
    (Came(ANSWERED, status=200, verdict="rejected"), "declined", "rejected", ""),
    (Came(ANSWERED, status=200, verdict="error"), "declined", "error", ""),
    (Came(ANSWERED, status=200, verdict="retry"), "declined", "rejected", "retry"),
    (Came(ANSWERED, status=200, verdict="pending"), "pending", "pending", ""),
    (Came(ANSWERED, status=200, verdict="duplicate", resend=True), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=500, verdict="accepted"), "confirmed", "sold", ""),
    (Came(ANSWERED, status=429), "declined", "rejected", "429"),
    (Came(ANSWERED, status=503, retry_after=True), "declined", "rejected", "429"),
    (Came(ANSWERED, status=503), "in_doubt", "in_doubt", "5xx"),
    (Came(ANSWERED, status=500, otherwise="rejected"), "in_doubt", "in_doubt", "5xx"),
    (Came(ANSWERED, status=400), "declined", "rejected", ""),
    (Came(ANSWERED, status=404, otherwise="error"), "declined", "rejected", ""),
    (Came(ANSWERED, status=408), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=409), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=425), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=302), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=200, otherwise="rejected"), "declined", "rejected", ""),
    (Came(ANSWERED, status=200, otherwise="error"), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=200), "in_doubt", "in_doubt", ""),
    (Came(ANSWERED, status=200, otherwise="rejected", readable=False), "in_doubt", "in_doubt", ""),
]


@pytest.mark.parametrize(("came", "state", "outcome", "again"), ROWS)
def test_what_came_back_settles_the_delivery(came, state, outcome, again):
    settled = settle(came)
    assert (settled.state, settled.outcome, settled.again) == (state, outcome, again)
    assert state == "confirmed" or settled.reason or came.verdict


def test_nothing_but_a_clear_no_releases_what_was_reserved():
    """A slot that might have been used is never given away; one that came back is."""
    released = {state for state, what in RESERVATION.items() if what == "released"}
    assert released == {"not_sent", "declined", "returned"}
    maybe = [came for came, state, _, _ in ROWS if state == "in_doubt"]
    assert all(RESERVATION[settle(came).state] == "held" for came in maybe)


@pytest.mark.parametrize(
    ("state", "word", "becomes"),
    [
        ("in_doubt", "sold", "confirmed"),
        ("in_doubt", "declined", "declined"),
        ("pending", "sold", "confirmed"),
        ("pending", "declined", "declined"),
        ("confirmed", "sold", "confirmed"),
        ("declined", "declined", "declined"),
        ("confirmed", "declined", None),
        ("declined", "sold", None),
    ],
)
def test_a_later_word(state, word, becomes):
    """Where it contradicts what is settled it changes nothing: it is a conflict to show."""
    assert later_word(state, word) == becomes
