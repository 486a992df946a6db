"""What an operation reads from the query of its address: `?page=2`."""
