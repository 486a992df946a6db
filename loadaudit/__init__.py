"""loadaudit: which of a Django project's endpoints a load test really exercised, and how we know."""
