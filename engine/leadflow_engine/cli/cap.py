"""``leadflow cap``: another number for a cap or a budget, without a deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options, overriding

if TYPE_CHECKING:
    from leadflow_engine.plan import Plan


@click.command("cap", short_help="Change a cap for a while.")
@click.argument("buyer")
@click.argument("cap", metavar="CAP")
@click.argument("number", required=False)
@overriding.lasting
@overriding.because
@overriding.of_flow
@options.db_to_read
def command(
    buyer: str, cap: str, number: str | None, length: str, because: str, flow: str, db: str | None
) -> None:
    """Let BUYER's CAP, written as in the flow ("50 per day"), be NUMBER; without one, what the flow says again.

    What was counted stays counted.
    """

    def decide(plan: Plan) -> overriding.Said:
        from leadflow_engine.operations.overriding import cap_meant, number_of

        meant = cap_meant(plan, buyer, cap)
        if number is None:
            return "cap", meant.limit, None, "as the flow says"
        value, said = number_of(meant, number)
        return "cap", meant.limit, value, said

    said = overriding.put(options.journal(db), buyer, flow, length, because, decide)
    click.echo(f"{buyer}: {said}{f' for {length}' if length else ''}")
