"""The scenarios of spec.md, by name."""
