"""What is measured of the plan of a project that nobody configured: `succeeded.py` and `blind.py` share it."""
