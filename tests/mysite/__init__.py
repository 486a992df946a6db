"""A project of a few pages, which starts quickly: the examples of the documentation and inspections run on it."""
