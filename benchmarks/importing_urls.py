"""The URLconf of the project whose log benchmarks/importing.py reads."""

from benchmarks.importing import urlpatterns_of

urlpatterns = urlpatterns_of()
