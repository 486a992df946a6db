"""What benchmarks/engine.py drives: servers of known behaviour, and one client after the other."""
