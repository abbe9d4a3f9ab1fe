"""Entities of SensorThings 1.1 as JSON has them, and the service root."""
