"""The science: stations, surfaces, layers and tiles. Knows nothing of the web."""
