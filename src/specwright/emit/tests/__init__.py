"""The emitted tests."""
