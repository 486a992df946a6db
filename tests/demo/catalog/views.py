"""Pages of the catalog: a class-based set for materials, lists and the price search."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.cache import cache
from django.db.models import Avg, Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from tests.demo import flaws
from tests.demo.catalog.models import Category, Material, PriceRecord, Supplier
from tests.demo.web import page_of
from tests.demo.work import think

SEARCH_ROWS = 25
INDEX_MISS_S = 0.8
INDEX_FLAWED_TTL_S = 5

# Django's generic views take a type argument in the stubs only.
if TYPE_CHECKING:
    from django.forms import ModelForm

    MaterialListView = ListView[Material]
    MaterialDetailView = DetailView[Material]
    MaterialCreateView = CreateView[Material, ModelForm[Material]]
    MaterialUpdateView = UpdateView[Material, ModelForm[Material]]
    MaterialDeleteView = DeleteView[Material, ModelForm[Material]]
else:
    MaterialListView, MaterialDetailView = ListView, DetailView
    MaterialCreateView, MaterialUpdateView, MaterialDeleteView = CreateView, UpdateView, DeleteView


class MaterialList(LoginRequiredMixin, MaterialListView):
    """All materials, fifty a page."""

    queryset = Material.objects.select_related("category", "supplier")
    paginate_by = 50
    template_name = "catalog/materials.html"
    extra_context = {"title": "Materials"}


class MaterialDetail(LoginRequiredMixin, MaterialDetailView):
    """One material with its latest prices."""

    queryset = Material.objects.select_related("category", "supplier")
    template_name = "catalog/material.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the twelve latest prices."""
        prices = self.object.prices.order_by("-recorded_on")[:12]
        return super().get_context_data(title=self.object.name, prices=prices, **kwargs)


class MaterialCreate(PermissionRequiredMixin, MaterialCreateView):
    """Add a material."""

    permission_required = "catalog.add_material"
    model = Material
    fields = ("code", "name", "category", "supplier", "unit", "price")
    template_name = "form.html"
    extra_context = {"title": "New material"}


class MaterialUpdate(PermissionRequiredMixin, MaterialUpdateView):
    """Change a material."""

    permission_required = "catalog.change_material"
    model = Material
    fields = ("name", "category", "supplier", "unit", "price")
    template_name = "form.html"
    extra_context = {"title": "Edit material"}


class MaterialDelete(PermissionRequiredMixin, MaterialDeleteView):
    """Delete a material."""

    permission_required = "catalog.delete_material"
    model = Material
    template_name = "confirm_delete.html"
    success_url = reverse_lazy("catalog:materials")
    extra_context = {"title": "Delete material"}


@login_required
@require_GET
def categories(request: HttpRequest) -> HttpResponse:
    """List the categories with the number of their materials."""
    rows = Category.objects.annotate(material_count=Count("materials")).order_by("code")
    return render(request, "catalog/categories.html", {"title": "Categories", "categories": rows})


@login_required
@require_GET
def suppliers(request: HttpRequest) -> HttpResponse:
    """List the suppliers, fifty a page."""
    page = page_of(request, Supplier.objects.annotate(material_count=Count("materials")).order_by("name"))
    return render(request, "catalog/suppliers.html", {"title": "Suppliers", "page": page})


@login_required
@require_GET
def price_search(request: HttpRequest) -> HttpResponse:
    """Show the latest price of each material whose name contains `?q=`."""
    query = request.GET.get("q", "")
    if flaws.active("slow_query"):
        # A range, because for an equality SQLite would build an index for the length of the statement.
        prices = PriceRecord.objects.filter(material_code__range=(OuterRef("code"), OuterRef("code")))
    else:
        prices = PriceRecord.objects.filter(material=OuterRef("pk"))
    latest = Subquery(prices.order_by("-recorded_on").values("price")[:1])
    found = Material.objects.filter(name__icontains=query).annotate(latest_price=latest)[:SEARCH_ROWS]
    return render(request, "catalog/prices.html", {"title": "Prices", "query": query, "materials": found})


@login_required
@require_GET
def market_index(request: HttpRequest) -> HttpResponse:
    """Show the average price of each category."""
    flawed = flaws.active("cached_page")
    # A key of its own: rows that a clean site has put into a shared cache would hide the flaw.
    key = "market-index-flawed" if flawed else "market-index"
    rows = cache.get(key)
    if rows is None:
        averages = Category.objects.annotate(average=Avg("materials__price")).order_by("code")
        rows = list(averages.values("code", "name", "average"))
        if flawed:
            think(INDEX_MISS_S)
        cache.set(key, rows, INDEX_FLAWED_TTL_S if flawed else 300)
    return render(request, "catalog/market_index.html", {"title": "Market index", "rows": rows})
