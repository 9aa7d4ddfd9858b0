"""What the database itself keeps; these tests hold before the backend is built."""
