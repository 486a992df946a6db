"""Routes of budgets, written from the root because they hang below several prefixes."""

from django.urls import path

from tests.demo.budgets import actions, funds, views

app_name = "budgets"

urlpatterns = [
    path("projects/<int:project_id>/budget/", views.budget, name="budget"),
    path("projects/<int:project_id>/budget/items/", views.budget_items, name="items"),
    path("projects/<int:project_id>/budget/totals/", views.budget_totals, name="totals"),
    path("projects/<int:project_id>/budget/save/", actions.save, name="save"),
    path("projects/<int:project_id>/budget/upsert/", actions.upsert, name="upsert"),
    path("projects/<int:project_id>/budget/bulk-save/", actions.bulk_save, name="bulk-save"),
    path("projects/<int:project_id>/budget/reorder/", actions.reorder, name="reorder"),
    path("projects/<int:project_id>/budget/assign/", actions.assign, name="assign"),
    path("projects/<int:project_id>/budget/reset/", actions.reset, name="reset"),
    path("items/<int:item_id>/", views.item, name="item"),
    path("items/<int:item_id>/note/", actions.item_note, name="item-note"),
    path("funds/", views.funds, name="funds"),
    path("funds/reserve/", funds.reserve, name="reserve"),
    path("funds/release/", funds.release, name="release"),
]
