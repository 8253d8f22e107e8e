"""The command line: ``leadflow COMMAND``. Each command has a file of its name; what it does is in ``operations``.

A new command is a file with a click command and a line in ``COMMANDS``. Commands import what they need when they run,
so that ``--help`` is there at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import click

from leadflow_engine.cli.failing import told

COMMANDS: Final = (
    "lint",
    "fmt",
    "explain",
    "lsp",
    "graph",
    "docs",
    "schema",
    "rules",
    "add",
    "render",
    "parse",
    "learn",
    "train",
    "scores",
    "send",
    "receive",
    "dry-run",
    "test",
    "run",
    "serve",
    "key",
    "reload",
    "trace",
    "doubt",
    "return",
    "feedback",
    "reconcile",
    "resubmit",
    "suppress",
    "dedupe",
    "import",
    "pause",
    "resume",
    "cap",
    "state",
    "stats",
    "payment",
    "balance",
    "invoice",
    "statement",
    "work",
    "queue",
    "batch",
    "forget",
    "master-key",
    "audit",
    "backup",
    "migrate",
    "doctor",
    "sandbox",
)
"""The commands in the order in which somebody meets them."""


class Commands(click.Group):
    """Loads a command when it is asked for, and is the one place where errors become messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command from the file of its name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"leadflow_engine.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command by its name; for a word that is none, the nearest that is."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0]), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what a person can mend becomes a sentence and an exit code, never a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            failure = told(error)
            if failure is None:
                raise
            click.echo(failure.text, err=True)
            ctx.exit(failure.code)


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, 1)
    return f"no command `{word}`" + (
        f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(COMMANDS)}"
    )


def _version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    """Say which version this is. What knows it is read only here: it would be a third of the start of a command."""
    if not asked or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("leadflow")
    except PackageNotFoundError:
        number = "unknown (not installed)"
    click.echo(f"leadflow {number}")
    ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean, 1 findings (or records that could not be read, leads in error), 2 cannot start.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Routes leads to buyers, as a flow file says, and explains every decision."""
