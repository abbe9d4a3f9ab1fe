"""What all tests share."""

import os

from hypothesis import settings

# No test fails on a time: a busy machine is no mistake of the code. CI draws the same cases every
# time, so that it tells of a change and of nothing else; everywhere else new ones are tried.
settings.register_profile("ours", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("ours")
