"""Versions of the schema, run by the store itself."""
