"""Building requests: a mapping or a template and a lead make one HTTP request, or a problem that says why not."""

from leadflow_engine.mapping.problems import MappingError, NotBuilt
from leadflow_engine.mapping.request import Extra, RequestBuilder, Staging, compile_request
from leadflow_engine.texts.leaves import RequestProblem

__all__ = [
    "Extra",
    "MappingError",
    "NotBuilt",
    "RequestBuilder",
    "RequestProblem",
    "Staging",
    "compile_request",
]
