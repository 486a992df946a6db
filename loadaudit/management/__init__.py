"""Management commands of loadaudit."""
