"""Locust as the engine: a team's own locustfile under audit, and our plan on many machines."""
