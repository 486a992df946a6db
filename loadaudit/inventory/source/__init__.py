"""Code behind a route: what a callable wraps, its syntax tree, and what names in it mean; nothing is executed."""
