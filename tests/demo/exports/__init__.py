"""Downloads in several formats."""
