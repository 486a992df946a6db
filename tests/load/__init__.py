"""Tests of loadaudit.load."""
