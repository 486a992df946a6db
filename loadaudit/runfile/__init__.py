"""One SQLite database per run: written while the load goes on, read by every later stage."""
