"""Users, their roles and their profile pages."""
