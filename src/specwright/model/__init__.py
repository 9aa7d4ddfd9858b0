"""A bundle as it is meant: every name resolved, every expression typed."""
