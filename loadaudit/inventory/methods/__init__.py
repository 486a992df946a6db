"""HTTP methods of a view: declared by classes and decorators, or read from the branches of its source."""
