"""Tests of loadaudit, and the demo project they run against."""
