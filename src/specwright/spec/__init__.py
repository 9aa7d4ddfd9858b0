"""A bundle as its authors wrote it, every byte with a place."""
