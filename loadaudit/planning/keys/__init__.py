"""Keys of an API that a header shows: which header the code of a view looks at, and keys that are made on a clone."""
