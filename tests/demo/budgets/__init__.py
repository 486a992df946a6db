"""Budget items, funds and numbered documents of a project."""
