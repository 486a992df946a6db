"""Helpers of `benchmarks/inventory_facts.py`: claimed access and parameters, against what users really get."""
