"""The checked flow: what a flow file means once names and types are known.

This is what the front end hands to the engine: frozen data, inheritance (``like``, a ``deliver`` from its
``ping``) already applied, every expression a term (``terms.py``), durations as ``timedelta``, money as
``Decimal``, clock times as ``time``. Order is written order wherever order means something.
"""

from leadflow_dsl.model.buyers import Buyer, DownAfter, Hold, OnDoubt, Opening, Price, Returns, TestField
from leadflow_dsl.model.flow import Assertion, Flow, Unbuilt
from leadflow_dsl.model.lead import Calendar, Field, NamedValues, RequireAny, Table
from leadflow_dsl.model.limits import Budget, Cap, Conditional, Criterion, Dedupe, Duration, Throttle
from leadflow_dsl.model.requests import Auth, Body, Pair, Request, Retry, Segment
from leadflow_dsl.model.responses import Bids, Leg, Response, SetValue, Verdict
from leadflow_dsl.model.routes import BestOf, If, OrderKey, Route, RouteItem, Stage, Step, Unsold
from leadflow_dsl.model.steps import Deliver, Enhance, Filter, Points, Score, Source

__all__ = [
    "Assertion",
    "Auth",
    "BestOf",
    "Bids",
    "Body",
    "Budget",
    "Buyer",
    "Calendar",
    "Cap",
    "Conditional",
    "Criterion",
    "Dedupe",
    "Deliver",
    "DownAfter",
    "Duration",
    "Enhance",
    "Field",
    "Filter",
    "Flow",
    "Hold",
    "If",
    "Leg",
    "NamedValues",
    "OnDoubt",
    "Opening",
    "OrderKey",
    "Pair",
    "Points",
    "Price",
    "Request",
    "RequireAny",
    "Response",
    "Retry",
    "Returns",
    "Route",
    "RouteItem",
    "Score",
    "Segment",
    "SetValue",
    "Source",
    "Stage",
    "Step",
    "Table",
    "TestField",
    "Throttle",
    "Unbuilt",
    "Unsold",
    "Verdict",
]
