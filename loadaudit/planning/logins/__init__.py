"""Ways to a session and the proof that it is one: forms, tokens, headers, a project's function, the server's store."""
