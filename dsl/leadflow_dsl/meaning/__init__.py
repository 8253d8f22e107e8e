"""From syntax trees to the checked flow: one file a stage, in the order of ``checking.PASSES``.

``loading`` reads the flow and what it imports, ``declaring`` collects what is declared, and the others build one
piece of the model each: fields, sources, steps, buyers, routes. They share expressions (``expressions``, ``names``,
``literals``) and requests (``requests``, ``responses``). Each adds to a ``Draft`` and goes on after a mistake.
"""
