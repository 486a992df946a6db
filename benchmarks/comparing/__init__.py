"""What `benchmarks/compare.py` is made of: recorded runs, and runs drawn from them."""
