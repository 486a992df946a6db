"""Public pages, the help in two languages, a live figure and a stream."""

import asyncio
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_safe
from django.views.generic import TemplateView

from tests.demo.budgets.models import BudgetItem
from tests.demo.web import current_user

HELP = {
    "budgets": "A budget is a list of rows; each row has a quantity and a unit price.",
    "exports": "Every project can be downloaded as CSV, XLSX, PDF or JSON.",
    "templates": "A template holds rows that you need in many projects.",
}


class ContactForm(forms.Form):
    """A message to the people who run the site."""

    email = forms.EmailField()
    message = forms.CharField(widget=forms.Textarea)


class About(TemplateView):
    """What the site is for."""

    template_name = "pages/about.html"
    extra_context = {"title": "About"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the public front page."""
    return render(request, "pages/home.html", {"title": "Budgets for building sites"})


@require_GET
def maintenance(request: HttpRequest) -> HttpResponse:
    """Say when the site will be down."""
    return render(request, "pages/maintenance.html", {"title": "Maintenance"})


@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    """List the help's topics."""
    return render(request, "pages/help.html", {"title": "Help", "topics": HELP, "language": get_language()})


@require_GET
def help_topic(request: HttpRequest, topic: str) -> HttpResponse:
    """Show one topic of the help."""
    if topic not in HELP:
        raise Http404(topic)
    return render(request, "pages/help_topic.html", {"title": topic.title(), "text": HELP[topic]})


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Take a message; nothing is sent."""
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, "Thank you, we will answer.")
        return redirect("pages:contact")
    return render(request, "pages/contact.html", {"title": "Contact", "form": form})


async def live_quote(request: HttpRequest) -> JsonResponse:
    """Answer with today's price of steel, after waiting for it as an async view can."""
    await asyncio.sleep(0.01)
    user: Any = await request.auser()
    signed_in: bool = user.is_authenticated
    return JsonResponse({"ok": True, "material": "steel", "price": "812.50", "signed_in": signed_in})


@login_required
@require_GET
def stream_items(request: HttpRequest) -> StreamingHttpResponse:
    """Stream the user's first budget items as CSV, row by row."""
    items = BudgetItem.objects.filter(project__owner=current_user(request)).order_by("pk")
    rows = items.values_list("code", "description", "quantity", "unit_price")[:200]

    def lines() -> Iterator[str]:
        yield "code,description,quantity,unit_price\r\n"
        for code, description, quantity, price in rows.iterator(chunk_size=100):
            yield f'{code},"{description}",{quantity},{price}\r\n'

    return StreamingHttpResponse(lines(), content_type="text/csv")
