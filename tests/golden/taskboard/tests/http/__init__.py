"""What every operation has in common."""
