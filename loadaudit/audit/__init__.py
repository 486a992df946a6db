"""Inventory → plan → load → analysis → report: the one place where the stages meet."""
