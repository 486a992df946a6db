import json

from django.db import transaction
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ..access import board_view, htmx_only
from ..forms import AttachmentForm, CardForm, ListForm, QuickCardForm
from ..models import Attachment, Card, List, Membership

MEMBER = Membership.Role.MEMBER


def _card(board, pk):
    return get_object_or_404(Card, pk=pk, list__board=board)


@board_view(MEMBER)
@require_POST
@htmx_only
def list_create(request, board):
    form = ListForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_ul(), status=422)
    lst = form.save(commit=False)
    lst.board = board
    lst.position = board.lists.count()
    lst.save()
    board.log(request.user, "added list", lst)
    return render(request, "boards/partials/list.html", {"board": board, "list": lst})


@board_view(MEMBER)
@htmx_only
def list_rename(request, board, pk):
    lst = get_object_or_404(board.lists, pk=pk)
    form = ListForm(request.POST or None, instance=lst)
    if request.method == "POST" and form.is_valid():
        form.save()
        return render(request, "boards/partials/list.html", {"board": board, "list": lst})
    return render(request, "boards/partials/list_form.html", {"board": board, "list": lst, "form": form})


@board_view(MEMBER)
@require_http_methods(["DELETE"])
def list_delete(request, board, pk):
    lst = get_object_or_404(board.lists, pk=pk)
    board.log(request.user, "deleted list", lst)
    lst.delete()
    return HttpResponse("")


@board_view(MEMBER)
@require_POST
def card_create(request, board, list_pk):
    lst = get_object_or_404(board.lists, pk=list_pk)
    form = QuickCardForm(request.POST)
    if form.is_valid():
        card = form.save(commit=False)
        card.list = lst
        card.position = lst.next_position()
        card.save()
        board.log(request.user, "added", card)
        if request.htmx:
            response = render(request, "boards/partials/card.html", {"board": board, "card": card})
            response["HX-Trigger"] = json.dumps({"cardAdded": {"list": lst.pk}})
            return response
        return redirect(board)
    return HttpResponse(form.errors.as_ul(), status=422)


@board_view()
@require_GET
def card_detail(request, board, pk):
    card = _card(board, pk)
    template = "boards/partials/card_modal.html" if request.htmx else "boards/card.html"
    return render(request, template, {"board": board, "card": card, "attachment_form": AttachmentForm()})


@board_view(MEMBER)
def card_edit(request, board, pk):
    card = _card(board, pk)
    form = CardForm(request.POST or None, instance=card, board=board)
    if request.method == "POST" and form.is_valid():
        form.save()
        board.log(request.user, "edited", card)
        if request.htmx:
            return render(request, "boards/partials/card.html", {"board": board, "card": card})
        return redirect("boards:card", board.slug, card.pk)
    return render(request, "boards/partials/card_form.html" if request.htmx else "boards/card_edit.html",
                  {"board": board, "card": card, "form": form})


@board_view(MEMBER)
@require_http_methods(["DELETE", "POST"])
def card_delete(request, board, pk):
    card = _card(board, pk)
    board.log(request.user, "deleted", card)
    card.delete()
    return HttpResponse("") if request.htmx else redirect(board)


@board_view(MEMBER)
@require_POST
def card_toggle(request, board, pk):
    card = _card(board, pk)
    card.done = not card.done
    card.save(update_fields=["done"])
    return render(request, "boards/partials/card.html", {"board": board, "card": card})


def _ids(request, key):
    payload = json.loads(request.body)
    ids = payload[key]
    if not isinstance(ids, list) or not all(isinstance(i, int) for i in ids):
        raise ValueError(key)
    return payload, ids


@board_view(MEMBER)
@require_POST
def reorder_cards(request, board):
    """Body: {"list": 3, "cards": [7, 4, 9]}; sets list and position of those cards."""
    try:
        payload, ids = _ids(request, "cards")
        lst = get_object_or_404(board.lists, pk=payload["list"])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "expected {list: int, cards: [int]}"}, status=400)
    cards = {c.pk: c for c in Card.objects.filter(pk__in=ids, list__board=board)}
    if len(cards) != len(set(ids)):
        return JsonResponse({"error": "unknown card"}, status=400)
    with transaction.atomic():
        for position, pk in enumerate(ids):
            card = cards[pk]
            if card.list_id != lst.pk:
                board.log(request.user, f"moved to {lst}"[:40], card)
            card.list, card.position = lst, position
            card.save(update_fields=["list", "position"])
    return JsonResponse({"ok": True, "order": ids})


@board_view(MEMBER)
@require_POST
def reorder_lists(request, board):
    try:
        _, ids = _ids(request, "lists")
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "expected {lists: [int]}"}, status=400)
    if set(ids) != set(board.lists.values_list("pk", flat=True)):
        return JsonResponse({"error": "ids do not match the lists of the board"}, status=409)
    with transaction.atomic():
        for position, pk in enumerate(ids):
            List.objects.filter(pk=pk).update(position=position)
    return JsonResponse({"ok": True})


@board_view(MEMBER)
@require_POST
def attachment_add(request, board, pk):
    card = _card(board, pk)
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid():
        form.instance.card = card
        form.instance.uploaded_by = request.user
        form.save()
        board.log(request.user, "attached a file to", card)
    if request.htmx:
        return render(request, "boards/partials/attachments.html", {"board": board, "card": card, "attachment_form": form},
                      status=200 if form.is_valid() else 422)
    return redirect("boards:card", board.slug, card.pk)


@board_view()
@require_GET
def attachment_get(request, board, pk):
    attachment = get_object_or_404(Attachment, pk=pk, card__list__board=board)
    return FileResponse(attachment.file.open(), as_attachment=True)
