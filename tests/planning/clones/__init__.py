"""Tests of the throw-away clones."""
