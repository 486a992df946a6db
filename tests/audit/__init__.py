"""End-to-end tests of runs, as a user starts them."""
