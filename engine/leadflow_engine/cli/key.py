"""``leadflow key``: who may call the service."""

from __future__ import annotations

import getpass

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.failing import CannotStart


@click.group("key", short_help="Make, list and revoke keys of the service.")
def command() -> None:
    """Keys by which sources and buyers call the service. A key is shown once; the journal keeps a hash of it."""


@command.command("new")
@click.argument("flow", metavar="FLOW")
@click.argument("party", metavar="SOURCE")
@click.option("--public", is_flag=True, help="For pages in browsers: it can only submit.")
@click.option("--buyer", is_flag=True, help="SOURCE is a buyer: for returns, feedback and callbacks.")
@click.option("--test", is_flag=True, help="Leads that come by it are test leads.")
@click.option(
    "--expires", default="", metavar="TIME", help="How long it lasts (90d); until it is revoked otherwise."
)
@options.db_to_read
def new(flow: str, party: str, public: bool, buyer: bool, test: bool, expires: str, db: str | None) -> None:
    """Make a key for a SOURCE of FLOW. Two may be alive at once, so that they can be changed without a gap."""
    from leadflow_engine.cli.loading import planned
    from leadflow_engine.drivers.orders import give
    from leadflow_engine.operations.keys import NoParty, check_party

    if public and buyer:
        raise click.UsageError("either --public or --buyer")
    kind = "public" if public else "buyer" if buyer else "source"
    plan = planned(flow)
    try:
        check_party(plan, kind, party)
    except NoParty as problem:
        raise CannotStart(str(problem)) from None
    said = {"kind": kind, "flow": plan.flow.name, "party": party, "test": test, "by": getpass.getuser()}
    made = give(options.journal(db), "key_new", {**said, "seconds": _seconds(expires)}, create=True)
    click.echo(made["key"])
    end = f"until {made['expires_at'][:10]}" if made["expires_at"] else "until it is revoked"
    click.echo(f"{kind} key {made['id']} of {party}, {end}; it is shown this once", err=True)


def _seconds(text: str) -> float | None:
    from leadflow_engine.operations.overriding import OverrideProblem, length_of

    try:
        return length_of(text).total_seconds() if text else None
    except OverrideProblem as problem:
        raise click.BadParameter(str(problem), param_hint="--expires") from None


@command.command("list")
@options.db_to_read
def listing(db: str | None) -> None:
    """All keys that there ever were."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.store import keys
    from leadflow_engine.store.codec import iso

    now = iso(RealClock().now())
    with opened(options.journal(db)) as store:
        found = store.ask(lambda connection: keys.listed(connection))
    for key in found:
        state = "alive" if key.alive(now) else "revoked" if key.revoked_at else "expired"
        end = f", until {key.expires_at[:10]}" if key.expires_at else ""
        test = ", test leads" if key.test else ""
        click.echo(
            f"{key.id}  {state:<7}  {key.kind:<6}  {key.flow}/{key.party}  {key.made_at[:10]} by {key.by}{end}{test}"
        )
    if not found:
        click.echo("there are no keys")


@command.command("revoke")
@click.argument("id", metavar="KEY")
@click.option("--because", required=True, metavar="WHY", help="Why; it is kept with your name.")
@options.db_to_read
def revoke(id: str, because: str, db: str | None) -> None:
    """End a KEY at once; it is named by its eight digits."""
    from leadflow_engine.drivers.orders import give

    said = {"id": id, "by": getpass.getuser(), "because": because}
    gone = give(options.journal(db), "key_revoke", said)
    click.echo(f"{gone['kind']} key {id} of {gone['flow']}/{gone['party']} is revoked")
