"""``leadflow-simulate``: seeds lived and judged, until one breaks a promise."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

import click

from leadflow_engine.simulation.judge import judged, smallest, story
from leadflow_engine.simulation.world import World


@click.command("leadflow-simulate")
@click.option("--seeds", default=100, show_default=True, type=click.IntRange(1), help="How many worlds.")
@click.option("--first", default=0, show_default=True, type=click.IntRange(0), help="The first seed.")
@click.option("--seed", type=click.IntRange(0), help="Only this one; its story is told.")
@click.option("--leads", default=50, show_default=True, type=click.IntRange(1, 1000), help="Leads in each.")
@click.option("--processes", default=cpu_count() or 1, show_default=True, type=click.IntRange(1, 256))
def main(seeds: int, first: int, seed: int | None, leads: int, processes: int) -> None:
    """Live worlds in which the network, the disk and the process fail as their seeds say, and judge each by the buyers'
    own books. Ends with 1 at the first that breaks a promise, with the smallest story that still does."""
    if seed is not None:
        verdict = judged(World.of(seed, leads), rebuilt=True)
        click.echo(story(verdict))
        raise SystemExit(0 if verdict.holds else 1)
    with ProcessPoolExecutor(processes) as pool:
        numbers = range(first, first + seeds)
        for done, broken in enumerate(pool.map(_story_of, numbers, [leads] * seeds, chunksize=5), start=1):
            if broken:
                pool.shutdown(cancel_futures=True)
                click.echo(broken)
                raise SystemExit(1)
            if sys.stderr.isatty():
                click.echo(f"\r{done}/{seeds}", err=True, nl=False)
    click.echo(f"{seeds} seeds of {leads} leads: every promise held")


def _story_of(seed: int, leads: int) -> str:
    """The smallest story of a seed that breaks a promise; "" where it holds."""
    verdict = judged(World.of(seed, leads))
    return "" if verdict.holds else story(smallest(verdict))
