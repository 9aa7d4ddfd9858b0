"""Is it good enough? Each gate runs something and keeps what it saw."""
