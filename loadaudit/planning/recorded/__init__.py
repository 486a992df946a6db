"""Requests of the project's own test suite as templates for bodies."""
