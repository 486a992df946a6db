"""What the parameters of a route select: rows of which model, by which field, owned by whom."""
