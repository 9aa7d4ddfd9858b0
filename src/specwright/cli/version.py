"""The version of Specwright that is at work."""

from importlib.metadata import version

VERSION = version("specwright")
