"""The syntax tree: what a file says, in the order in which it says it, before any name is known.

Every form of the language is one frozen class. The fields of a class stand in the order of the text, ``span``
last; what was left out is ``None`` or ``()``. Two trees are equal when they say the same, wherever it stands:
spans take no part in the comparison. Literals keep their spelling (``raw``) beside their value.
"""

from leadflow_dsl.nodes.base import *  # noqa: F403
from leadflow_dsl.nodes.buyer import *  # noqa: F403
from leadflow_dsl.nodes.expressions import *  # noqa: F403
from leadflow_dsl.nodes.file import *  # noqa: F403
from leadflow_dsl.nodes.lead import *  # noqa: F403
from leadflow_dsl.nodes.limits import *  # noqa: F403
from leadflow_dsl.nodes.route import *  # noqa: F403
from leadflow_dsl.nodes.source import *  # noqa: F403
from leadflow_dsl.nodes.wire import *  # noqa: F403
