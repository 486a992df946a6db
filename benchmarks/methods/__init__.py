"""Helpers of `benchmarks/inventory_methods.py`: methods found by sending them, against methods that the inventory lists."""
