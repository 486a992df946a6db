"""Who may call an operation: decorators, mixins, permission classes, middleware, and refusals in the source."""
