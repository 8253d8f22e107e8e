"""Evaluating terms: three-valued logic, comparisons, functions, interned conditions, and the same in words."""
