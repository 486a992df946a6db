from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import generics, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Board, Card, Column, Invitation, Membership, Workspace
from .permissions import IsWorkspaceAdmin, IsWorkspaceMember
from .serializers import (
    BoardSerializer,
    CardSerializer,
    ColumnSerializer,
    InvitationSerializer,
    MembershipSerializer,
    ReorderSerializer,
    WorkspaceSerializer,
)


class WorkspaceListCreate(generics.ListCreateAPIView):
    serializer_class = WorkspaceSerializer

    def get_queryset(self):
        return Workspace.objects.filter(memberships__user=self.request.user).order_by("name")

    def perform_create(self, serializer):
        workspace = serializer.save()
        Membership.objects.create(workspace=workspace, user=self.request.user, role=Membership.Role.OWNER)


class MemberList(generics.ListAPIView):
    permission_classes = [IsWorkspaceMember]
    serializer_class = MembershipSerializer

    def get_queryset(self):
        return Membership.objects.filter(workspace__slug=self.kwargs["workspace_slug"]).order_by("id")


class MemberDetail(generics.RetrieveUpdateDestroyAPIView):
    permission_classes = [IsWorkspaceAdmin]
    serializer_class = MembershipSerializer

    def get_queryset(self):
        return Membership.objects.filter(workspace__slug=self.kwargs["workspace_slug"])

    def perform_destroy(self, instance):
        if instance.role == Membership.Role.OWNER:
            raise ValidationError({"detail": "The owner can not be removed"})
        instance.delete()


class InvitationListCreate(generics.ListCreateAPIView):
    permission_classes = [IsWorkspaceAdmin]
    serializer_class = InvitationSerializer

    @property
    def workspace(self):
        return get_object_or_404(Workspace, slug=self.kwargs["workspace_slug"])

    def get_queryset(self):
        return self.workspace.invitations.order_by("-id")

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "workspace": self.workspace}

    def perform_create(self, serializer):
        serializer.save(workspace=self.workspace, invited_by=self.request.user)


class AcceptInvitation(APIView):
    def post(self, request, token):
        invitation = get_object_or_404(Invitation, token=token, accepted_at__isnull=True)
        if invitation.expires_at < timezone.now():
            return Response({"detail": "Invitation has expired"}, status=status.HTTP_400_BAD_REQUEST)
        if invitation.email.lower() != request.user.email.lower():
            return Response({"detail": "This invitation is for another address"}, status=status.HTTP_403_FORBIDDEN)
        membership, _ = Membership.objects.get_or_create(workspace=invitation.workspace, user=request.user)
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        return Response(MembershipSerializer(membership).data, status=status.HTTP_201_CREATED)


class BoardViewSet(viewsets.ModelViewSet):
    permission_classes = [IsWorkspaceMember]
    serializer_class = BoardSerializer

    def get_queryset(self):
        return Board.objects.filter(workspace__slug=self.kwargs["workspace_slug"]).order_by("id")

    def perform_create(self, serializer):
        workspace = get_object_or_404(Workspace, slug=self.kwargs["workspace_slug"])
        serializer.save(workspace=workspace)

    @action(detail=True, methods=["post"])
    def columns(self, request, workspace_slug=None, pk=None):
        board = self.get_object()
        serializer = ColumnSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save(board=board, position=board.columns.count())
        return Response(serializer.data, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"], url_path="columns/reorder")
    def reorder_columns(self, request, workspace_slug=None, pk=None):
        board = self.get_object()
        serializer = ReorderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        order = serializer.validated_data["order"]
        ids = set(board.columns.values_list("id", flat=True))
        if set(order) != ids or len(order) != len(ids):
            raise ValidationError({"order": "Order must contain every column of the board exactly once"})
        with transaction.atomic():
            for position, column_id in enumerate(order):
                Column.objects.filter(id=column_id).update(position=position)
        return Response(BoardSerializer(board).data)


class CardViewSet(viewsets.ModelViewSet):
    permission_classes = [IsWorkspaceMember]
    serializer_class = CardSerializer

    def get_queryset(self):
        queryset = Card.objects.filter(column__board__workspace__slug=self.kwargs["workspace_slug"])
        if "column" in self.request.query_params:
            queryset = queryset.filter(column_id=self.request.query_params["column"])
        return queryset

    @action(detail=True, methods=["post"])
    def move(self, request, workspace_slug=None, pk=None):
        card = self.get_object()
        column = Column.objects.filter(
            id=request.data.get("column"), board_id=card.column.board_id).first()
        if column is None:
            return Response({"column": ["Must be a column of the same board"]}, status=status.HTTP_400_BAD_REQUEST)
        position = request.data.get("position")
        if not isinstance(position, int) or position < 0:
            return Response({"position": ["A non-negative integer is required"]}, status=status.HTTP_400_BAD_REQUEST)
        card.column = column
        card.position = position
        card.save()
        return Response(self.get_serializer(card).data)
