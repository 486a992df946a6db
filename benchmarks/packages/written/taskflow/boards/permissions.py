from rest_framework.permissions import BasePermission, SAFE_METHODS

from .models import Membership


class IsWorkspaceMember(BasePermission):
    def has_permission(self, request, view):
        slug = view.kwargs.get("workspace_slug")
        return Membership.objects.filter(workspace__slug=slug, user=request.user).exists()


class IsWorkspaceAdmin(BasePermission):
    message = "Only workspace admins can do this."

    def has_permission(self, request, view):
        slug = view.kwargs.get("workspace_slug")
        return Membership.objects.filter(
            workspace__slug=slug, user=request.user, role__in=[Membership.Role.OWNER, Membership.Role.ADMIN]
        ).exists()
