"""The sandbox: simulated buyers and services as a real HTTP server on loopback, with a ledger of what it received."""

from leadflow_engine.sandbox.ledger import Entry, Ledger
from leadflow_engine.sandbox.server import RunningSandbox, SandboxError, run_sandbox, running

__all__ = ["Entry", "Ledger", "RunningSandbox", "SandboxError", "run_sandbox", "running"]
