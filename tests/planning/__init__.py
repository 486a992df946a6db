"""Tests of the planning: values, users, logins, clones, and what is refused as unsafe."""
