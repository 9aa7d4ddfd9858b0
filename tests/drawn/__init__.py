"""Bundles drawn at random, as an author could have written them, and what must hold for each."""
