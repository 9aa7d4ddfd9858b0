"""What developers and tests need, and production does not."""
