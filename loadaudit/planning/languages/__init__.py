"""What errors and names say in languages other than English."""
