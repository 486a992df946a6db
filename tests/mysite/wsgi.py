"""For servers that are started beside a run."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
