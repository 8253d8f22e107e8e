"""``dataclass`` for what is made many times a lead: see ``leadflow_dsl.unguarded``."""

from leadflow_dsl.unguarded import dataclass as dataclass
