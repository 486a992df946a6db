"""The client side: virtual users, the engine that drives them, and the embedded server. Never imports Django."""
