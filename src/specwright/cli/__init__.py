"""Everything, from a terminal."""
