"""Documents for clients, derived from the catalogue."""
