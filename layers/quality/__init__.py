"""Plausibility rules: flags with reasons, never a changed value."""

from layers.quality.assessment import History, assess
from layers.quality.rules import RULES, RULES_VERSION, Rule
from layers.quality.usual import HISTORY, Usual, usual

__all__ = ["HISTORY", "RULES", "RULES_VERSION", "History", "Rule", "Usual", "assess", "usual"]
