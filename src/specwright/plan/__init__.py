"""What must change, in which order, and why; every change knows its reverse."""
