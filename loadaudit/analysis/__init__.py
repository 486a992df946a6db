"""A run file to coverage, statistics and findings: pure functions that need no Django and no target."""
