"""Tries each planned operation alone, with the trace as judge, and keeps what worked."""
