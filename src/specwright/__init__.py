"""Specwright turns a technical specification into a production-ready backend, and proves it."""
