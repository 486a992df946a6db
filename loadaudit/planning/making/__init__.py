"""Rows that a run makes on its clone, through the project's own models."""
