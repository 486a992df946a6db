"""The Locust engine; Locust itself only runs in processes of its own, because it replaces the standard library."""
