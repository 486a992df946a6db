"""Exports of many projects, assembled page by page."""
