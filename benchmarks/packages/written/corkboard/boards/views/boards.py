from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ..access import board_view
from ..forms import BoardForm, InvitationForm, LabelForm
from ..models import Card, Invitation, Membership

OWNER = Membership.Role.OWNER
MEMBER = Membership.Role.MEMBER


@login_required
def index(request):
    boards = request.user.boards.filter(archived=False).annotate(n=Count("lists__cards"))
    return render(request, "boards/index.html", {"boards": boards})


@login_required
def create(request):
    form = BoardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            board = form.save()
            Membership.objects.create(board=board, user=request.user, role=OWNER)
            for position, title in enumerate(["To do", "Doing", "Done"]):
                board.lists.create(title=title, position=position)
            board.log(request.user, "created the board")
        return redirect(board)
    return render(request, "boards/form.html", {"form": form})


@board_view()
def detail(request, board):
    lists = board.lists.prefetch_related("cards__labels", "cards__assignees")
    template = "boards/partials/lists.html" if request.htmx else "boards/detail.html"
    return render(request, template, {"board": board, "lists": lists})


@board_view(OWNER)
def edit(request, board):
    form = BoardForm(request.POST or None, instance=board)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect(board)
    return render(request, "boards/form.html", {"form": form, "board": board})


@board_view(OWNER)
@require_POST
def archive(request, board):
    board.archived = not board.archived
    board.save(update_fields=["archived"])
    messages.success(request, "Archived." if board.archived else "Restored.")
    return redirect("boards:index")


@board_view(OWNER)
@require_http_methods(["DELETE", "POST"])
def delete(request, board):
    board.delete()
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": "/"})
    return redirect("boards:index")


@board_view()
def activity(request, board):
    page = Paginator(board.activities.select_related("actor"), 15).get_page(request.GET.get("page"))
    template = "boards/partials/activity.html" if request.htmx else "boards/activity.html"
    return render(request, template, {"board": board, "page": page})


@board_view()
def members(request, board):
    form = InvitationForm(request.POST or None, board=board)
    if request.method == "POST":
        if request.membership.role != OWNER:
            return HttpResponse("Only owners invite.", status=403)
        if form.is_valid():
            invitation = form.save(commit=False)
            invitation.board = board
            invitation.invited_by = request.user
            invitation.save()
            link = request.build_absolute_uri(f"/invitations/{invitation.token}/")
            send_mail(f"Join {board}", f"{request.user} invites you: {link}", None, [invitation.email])
            board.log(request.user, "invited", invitation.email)
            return redirect("boards:members", board.slug)
    return render(request, "boards/members.html", {
        "board": board, "form": form, "memberships": board.memberships.select_related("user"),
        "invitations": board.invitations.filter(accepted_at=None)})


@board_view(OWNER)
@require_POST
def member_remove(request, board, pk):
    membership = get_object_or_404(board.memberships, pk=pk)
    if membership.role == OWNER and board.memberships.filter(role=OWNER).count() == 1:
        messages.error(request, "A board needs an owner.")
    else:
        membership.delete()
        board.log(request.user, "removed", membership.user)
    return redirect("boards:members", board.slug)


def invitation(request, token):
    invite = get_object_or_404(Invitation, token=token, accepted_at=None)
    if invite.expired:
        return render(request, "boards/invitation.html", {"expired": True}, status=410)
    if not request.user.is_authenticated:
        request.session["invite"] = token
        return redirect("accounts:signup")
    if request.method == "POST":
        Membership.objects.get_or_create(board=invite.board, user=request.user, defaults={"role": invite.role})
        invite.accepted_at = timezone.now()
        invite.save()
        invite.board.log(request.user, "joined")
        return redirect(invite.board)
    return render(request, "boards/invitation.html", {"invite": invite})


@board_view(MEMBER)
def labels(request, board):
    form = LabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.instance.board = board
        form.save()
        form = LabelForm()
    template = "boards/partials/labels.html" if request.htmx else "boards/labels.html"
    return render(request, template, {"board": board, "form": form, "labels": board.labels.all()})


@board_view(MEMBER)
@require_http_methods(["DELETE"])
def label_delete(request, board, pk):
    get_object_or_404(board.labels, pk=pk).delete()
    return HttpResponse("")


@login_required
def search(request):
    q = request.GET.get("q", "").strip()
    cards = Card.objects.none()
    if len(q) > 1:
        cards = (Card.objects.filter(list__board__in=request.user.boards.all())
                 .filter(Q(title__icontains=q) | Q(body__icontains=q)).select_related("list__board")[:25])
    template = "boards/partials/results.html" if request.htmx else "boards/search.html"
    return render(request, template, {"cards": cards, "q": q})
