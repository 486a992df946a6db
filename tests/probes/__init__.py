"""Tests of the probes: what a trace says about a request, and that nothing else changes."""
