"""One operation looked at closely, in a process of its own that has django-debug-toolbar."""
