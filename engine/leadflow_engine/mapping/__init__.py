"""Building requests: a mapping or a template and a lead make one HTTP request, or a problem that says why not."""

from leadflow_engine.mapping.problems import MappingError, NotBuilt
from leadflow_engine.mapping.request import RequestBuilder, compile_request
from leadflow_engine.texts.leaves import RequestProblem

__all__ = ["MappingError", "NotBuilt", "RequestBuilder", "RequestProblem", "compile_request"]
