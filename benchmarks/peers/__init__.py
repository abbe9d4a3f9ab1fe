"""Map servers side by side: each peer set up in one module, one load, one way to count."""
