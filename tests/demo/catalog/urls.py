"""Routes of the catalog."""

from django.urls import path

from tests.demo.catalog import views

app_name = "catalog"

urlpatterns = [
    path("catalog/materials/", views.MaterialList.as_view(), name="materials"),
    path("catalog/materials/new/", views.MaterialCreate.as_view(), name="material-new"),
    path("catalog/materials/<int:pk>/", views.MaterialDetail.as_view(), name="material"),
    path("catalog/materials/<int:pk>/edit/", views.MaterialUpdate.as_view(), name="material-edit"),
    path("catalog/materials/<int:pk>/delete/", views.MaterialDelete.as_view(), name="material-delete"),
    path("catalog/categories/", views.categories, name="categories"),
    path("catalog/suppliers/", views.suppliers, name="suppliers"),
    path("catalog/prices/search/", views.price_search, name="prices"),
    path("reports/market-index/", views.market_index, name="market-index"),
]
