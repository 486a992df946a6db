"""Operations to plan: values for parameters, identities and their login, what is safe, and the throw-away database."""
