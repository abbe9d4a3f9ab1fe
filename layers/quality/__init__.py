"""Plausibility rules: flags with reasons, never a changed value."""

from layers.quality.assessment import History, assess
from layers.quality.rules import RULES, RULES_VERSION, Rule

__all__ = ["RULES", "RULES_VERSION", "History", "Rule", "assess"]
