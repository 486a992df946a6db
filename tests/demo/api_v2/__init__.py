"""The second JSON API, with writes."""
