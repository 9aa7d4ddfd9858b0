"""The pytest plugin that sees tests run; a folder of its own, so that it shadows nothing."""
