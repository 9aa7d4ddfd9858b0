"""Task board API."""
