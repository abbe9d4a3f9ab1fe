"""``python -m mapserver``."""

from mapserver.cli import main

# A process that helps to seed reads this module too, and is not to run the command again.
if __name__ == "__main__":
    main()
