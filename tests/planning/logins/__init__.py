"""Tests of the ways to a session."""
