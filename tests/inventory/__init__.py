"""Tests of loadaudit.inventory."""
