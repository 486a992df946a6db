"""Tests of loadaudit.runfile."""
