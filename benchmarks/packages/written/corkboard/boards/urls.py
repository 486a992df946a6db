from django.urls import path

from .views import boards, cards

app_name = "boards"
urlpatterns = [
    path("", boards.index, name="index"),
    path("search/", boards.search, name="search"),
    path("boards/new/", boards.create, name="create"),
    path("invitations/<str:token>/", boards.invitation, name="invitation"),
    path("b/<slug:slug>/", boards.detail, name="detail"),
    path("b/<slug:slug>/edit/", boards.edit, name="edit"),
    path("b/<slug:slug>/archive/", boards.archive, name="archive"),
    path("b/<slug:slug>/delete/", boards.delete, name="delete"),
    path("b/<slug:slug>/activity/", boards.activity, name="activity"),
    path("b/<slug:slug>/members/", boards.members, name="members"),
    path("b/<slug:slug>/members/<int:pk>/remove/", boards.member_remove, name="member-remove"),
    path("b/<slug:slug>/labels/", boards.labels, name="labels"),
    path("b/<slug:slug>/labels/<int:pk>/", boards.label_delete, name="label-delete"),
    path("b/<slug:slug>/lists/", cards.list_create, name="list-create"),
    path("b/<slug:slug>/lists/reorder/", cards.reorder_lists, name="reorder-lists"),
    path("b/<slug:slug>/lists/<int:pk>/rename/", cards.list_rename, name="list-rename"),
    path("b/<slug:slug>/lists/<int:pk>/delete/", cards.list_delete, name="list-delete"),
    path("b/<slug:slug>/lists/<int:list_pk>/cards/", cards.card_create, name="card-create"),
    path("b/<slug:slug>/cards/reorder/", cards.reorder_cards, name="reorder-cards"),
    path("b/<slug:slug>/cards/<int:pk>/", cards.card_detail, name="card"),
    path("b/<slug:slug>/cards/<int:pk>/edit/", cards.card_edit, name="card-edit"),
    path("b/<slug:slug>/cards/<int:pk>/delete/", cards.card_delete, name="card-delete"),
    path("b/<slug:slug>/cards/<int:pk>/toggle/", cards.card_toggle, name="card-toggle"),
    path("b/<slug:slug>/cards/<int:pk>/attachments/", cards.attachment_add, name="attachment-add"),
    path("b/<slug:slug>/attachments/<int:pk>/", cards.attachment_get, name="attachment"),
]
