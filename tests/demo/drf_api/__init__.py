"""A small Django REST framework API."""
