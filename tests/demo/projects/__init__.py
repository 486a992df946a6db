"""Construction projects, their members and their activity."""
