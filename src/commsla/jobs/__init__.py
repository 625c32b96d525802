"""The use-cases: gather, decide, apply."""
