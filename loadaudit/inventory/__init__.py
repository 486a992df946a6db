"""URLconf → operations: what a project answers, each fact with its evidence, without executing a view."""
