"""What all tests share."""

from hypothesis import settings

# No test fails on a time: a busy machine is no mistake of the code.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")
