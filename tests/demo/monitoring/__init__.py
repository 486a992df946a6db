"""Dashboards for staff and the client-metric beacon."""
