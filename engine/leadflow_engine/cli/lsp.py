"""``leadflow lsp``: what editors speak to."""

from __future__ import annotations

import click

MISSING = 'the language server needs one more library: pip install "leadflow[editor]"'


@click.command("lsp", short_help="Serve an editor.")
@click.option("--stdio", is_flag=True, hidden=True, help="What editors add; it is the only way there is.")
def command(stdio: bool) -> None:
    """Serve an editor: findings as you type, completion, hover, rename (the Language Server Protocol, over stdio)."""
    from importlib.metadata import version
    from importlib.util import find_spec

    if find_spec("pygls") is None:
        raise click.UsageError(MISSING)
    from leadflow_dsl.language_server.server import serve

    serve(version("leadflow"))
