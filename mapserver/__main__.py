"""``python -m mapserver``."""

from mapserver.cli import main

main()
