"""A flow as schemas that other programs read: JSON Schema 2020-12 of a lead, OpenAPI 3.1 of the intake."""

from leadflow_engine.schemas.lead import lead_schema
from leadflow_engine.schemas.openapi import openapi
from leadflow_engine.schemas.writing import FORMATS, written

__all__ = ["FORMATS", "lead_schema", "openapi", "written"]
