"""Whether a dedupe key is known, asked beside any lead."""

from __future__ import annotations

import datetime
import sqlite3

from leadflow_engine.effects import KeyClaim
from leadflow_engine.store.claims import last_seen
from leadflow_engine.store.digests import instance_digests


def is_known(connection: sqlite3.Connection, claim: KeyClaim, at: datetime.datetime) -> bool:
    """Whether a lead, or what another system sold, has left this key within its time."""
    return last_seen(connection, instance_digests(connection), "", claim, at) is not None
