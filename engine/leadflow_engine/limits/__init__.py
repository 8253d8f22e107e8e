"""Limits: the calendar windows by which caps count, and when a buyer that keeps failing is left alone."""

from leadflow_engine.limits.down import Down, down
from leadflow_engine.limits.windows import PERIODS, Window, rolling, window, windows

__all__ = ["PERIODS", "Down", "Window", "down", "rolling", "window", "windows"]
