"""A construction-budget site that looks like the projects loadaudit is used on."""
