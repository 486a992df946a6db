"""Helpers of `benchmarks/inventory_methods.py`: methods found by sending them, against those the inventory lists."""
