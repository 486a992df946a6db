"""What the project says in its own words: the `loadtests` modules of its apps."""
