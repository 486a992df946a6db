"""Public pages, help and odds and ends."""
