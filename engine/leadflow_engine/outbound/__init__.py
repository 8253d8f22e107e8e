"""The one guarded way out to buyers and services."""
