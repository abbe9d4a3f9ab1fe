"""The command ``mapserver``."""

from mapserver.cli.main import main

__all__ = ["main"]
