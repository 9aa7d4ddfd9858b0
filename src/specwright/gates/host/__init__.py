"""The program that serves a backend; a folder of its own, so that it shadows nothing."""
