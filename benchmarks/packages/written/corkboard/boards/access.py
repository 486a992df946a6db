"""Who may do what on a board."""
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404

from .models import Board, Membership

RANK = {Membership.Role.VIEWER: 0, Membership.Role.MEMBER: 1, Membership.Role.OWNER: 2}


def board_view(role=Membership.Role.VIEWER):
    """Resolve ``slug`` to a board of the user and check the role."""
    def decorator(func):
        @wraps(func)
        @login_required
        def inner(request, slug, *args, **kwargs):
            board = get_object_or_404(Board.objects.for_user(request.user), slug=slug)
            membership = board.memberships.get(user=request.user)
            if RANK[membership.role] < RANK[role]:
                raise PermissionDenied
            request.membership = membership
            return func(request, board, *args, **kwargs)
        return inner
    return decorator


def htmx_only(func):
    @wraps(func)
    def inner(request, *args, **kwargs):
        if not request.htmx:
            return HttpResponseBadRequest("This endpoint answers HTMX requests only.")
        return func(request, *args, **kwargs)
    return inner
