"""A small django-ninja API."""
