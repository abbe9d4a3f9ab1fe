"""Processes: the keeper, the web workers, and the channel between them."""
