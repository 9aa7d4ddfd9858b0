"""A bundle's backend, compiled and written beside what lies there already."""
