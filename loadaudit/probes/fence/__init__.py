"""Keeps the outside world away from an isolated run: Redis, caches, mail, files, queues and the network."""
