"""What the database itself keeps: it holds before the backend is built."""
