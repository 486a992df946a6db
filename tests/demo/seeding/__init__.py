"""Fills the demo database."""
