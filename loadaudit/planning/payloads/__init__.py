"""Bodies for the requests of a plan: what the inventory knows of them becomes what is sent."""
