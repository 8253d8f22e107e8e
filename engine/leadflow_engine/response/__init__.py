"""Reading answers: from status, headers and text to a verdict, values and notes, by the flow's ``response``."""

from leadflow_engine.response.excerpt import Mask, excerpt
from leadflow_engine.response.reader import Reader, compile_response
from leadflow_engine.response.reading import Bid, Reading

__all__ = ["Bid", "Mask", "Reader", "Reading", "compile_response", "excerpt"]
