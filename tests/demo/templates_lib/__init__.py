"""Reusable budgets that can be imported into a project."""
