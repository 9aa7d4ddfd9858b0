"""What the backend promises, over HTTP and in the database."""
