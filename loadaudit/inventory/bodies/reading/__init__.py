"""What a view's source does with the body of its request, by following the values that come from it."""
