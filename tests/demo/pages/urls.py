"""Routes of the public pages."""

from django.urls import path

from tests.demo.pages import views

app_name = "site"

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.About.as_view(), name="about"),
    # No trailing slash: the load balancer's rule asks for exactly this path.
    path("maintenance", views.maintenance, name="maintenance"),
    path("live/quote/", views.live_quote, name="live-quote"),
    path("live/items.csv", views.stream_items, name="stream-items"),
]
