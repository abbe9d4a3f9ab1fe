"""Formats: bytes in, records out, and back."""

from layers.exchange.adapter import Adapter, Defaults, Record
from layers.exchange.limits import MAX_BYTES
from layers.exchange.registry import ADAPTERS, SNIFFED_BYTES, adapter, sniff

__all__ = [
    "ADAPTERS",
    "MAX_BYTES",
    "SNIFFED_BYTES",
    "Adapter",
    "Defaults",
    "Record",
    "adapter",
    "sniff",
]
