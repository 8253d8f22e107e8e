"""``leadflow lsp``: what an editor asks of a flow, as plain functions; one thin file (``server``) speaks the protocol.

Each feature is a file: a function over what was checked (``analysis.Analysis``), a file of it and an offset. Only
``server`` and ``protocol`` import pygls, so that everything else serves without it and is tested without it.
"""
