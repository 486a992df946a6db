"""Doors for other tools."""
