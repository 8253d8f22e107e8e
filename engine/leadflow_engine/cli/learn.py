"""``leadflow learn``: a response block proposed from recorded answers whose outcomes are known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.cli.screen import console, note, show, width_of

if TYPE_CHECKING:
    from leadflow_dsl.model import Flow
    from leadflow_engine.learning.propose import Proposal
    from leadflow_engine.learning.samples import Sample
    from leadflow_engine.operations.alone import Leg


@click.command("learn", short_help="Propose a response block from recorded answers.")
@click.argument("flow", metavar="FLOW")
@click.argument("name", metavar="BUYER")
@click.argument("samples", type=click.Path(exists=True, dir_okay=False), metavar="SAMPLES")
@click.option("--ping", is_flag=True, help="The answers are to BUYER's ping, where it has a post too.")
@click.option("--write", is_flag=True, help="Put the block into FLOW; without it nothing is changed.")
@click.option("--anyway", is_flag=True, help="With --write: also where the block reads a sample wrong.")
def command(flow: str, name: str, samples: str, ping: bool, write: bool, anyway: bool) -> None:
    """Propose how BUYER's (or a look-up's) answers are read, from SAMPLES: a list of answers with what each meant,
    or a journal (.db), whose answers in doubt somebody has settled.

    Shows the block, each sample held against it, and what the samples do not tell. Ends with 1 where a sample is read
    wrong.
    """
    from leadflow_engine.cli.loading import looked_at
    from leadflow_engine.learning.propose import propose
    from leadflow_engine.operations.alone import legs_named
    from leadflow_engine.reports.learned import learned_lines

    checked = looked_at(flow)
    legs = legs_named(checked, name)
    if ping and legs[0].word != "ping":
        raise click.UsageError(f"`{name}` has no ping")
    leg = legs[0] if ping else legs[-1]
    proposal = propose(_samples(samples, leg), leg.word == "ping")
    show(learned_lines(proposal, width_of(console())))
    right = bool(proposal.tried) and not any(one.wrong for one in proposal.tried)
    _put(flow, checked, leg, proposal, write and (right or anyway))
    if write and not (right or anyway):
        note("leadflow: nothing is written: the block reads samples wrong; --anyway writes it all the same")
    raise SystemExit(0 if right else 1)


def _samples(said: str, leg: Leg) -> tuple[Sample, ...]:
    """The samples of a file, or those that a journal holds. Raises ``CannotStart``."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.learning.journal import settled_answers
    from leadflow_engine.learning.samples import SampleProblem, read_samples

    if not said.endswith(".db"):
        try:
            return read_samples(Path(said))
        except SampleProblem as problem:
            raise CannotStart(str(problem)) from problem
    if leg.word != "post":
        raise CannotStart(f"a journal tells what posts came to; it settles no {leg.word}")
    with opened(said) as store:
        samples = settled_answers(store, leg.name)
    if not samples:
        raise CannotStart(f"{said} holds no answer of {leg.name} that `leadflow doubt settle` has settled")
    return samples


def _put(flow: str, checked: Flow, leg: Leg, proposal: Proposal, write: bool) -> None:
    """The block in its place: what lint says of it there, and the file where it is asked for."""
    from leadflow_engine.cli.files import replace_text
    from leadflow_engine.learning.placing import CannotPlace, placed

    try:
        found = placed(Path(flow), checked, leg.leg, proposal.block)
    except CannotPlace as problem:
        note(f"leadflow: the block cannot be put into the flow: {problem}")
        return
    for one in found.findings:
        note(f"leadflow: in {flow} lint would say {one.code}: {one.message}")
    if write:
        replace_text(found.file, found.text)
        note(f"leadflow: written into {found.file}")
