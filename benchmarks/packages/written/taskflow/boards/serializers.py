from datetime import date

from django.db import transaction
from rest_framework import serializers

from core.serializers import UserSerializer

from .models import Board, Card, ChecklistItem, Column, Invitation, Membership, Workspace


class WorkspaceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Workspace
        fields = ["id", "name", "slug", "created_at"]


class MembershipSerializer(serializers.ModelSerializer):
    user = UserSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "user", "role"]


class InvitationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Invitation
        fields = ["id", "email", "token", "expires_at", "accepted_at"]
        read_only_fields = ["token", "expires_at", "accepted_at"]

    def validate_email(self, value):
        workspace = self.context["workspace"]
        if Membership.objects.filter(workspace=workspace, user__email=value).exists():
            raise serializers.ValidationError("This person is already a member")
        return value


class ChecklistItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = ChecklistItem
        fields = ["id", "text", "done"]


class CardSerializer(serializers.ModelSerializer):
    checklist = ChecklistItemSerializer(many=True, required=False)

    class Meta:
        model = Card
        fields = ["id", "column", "title", "description", "assignee", "due_date", "position", "checklist"]
        read_only_fields = ["position"]

    def validate_column(self, column):
        if column.board.workspace.slug != self.context["view"].kwargs["workspace_slug"]:
            raise serializers.ValidationError("Column belongs to another workspace")
        return column

    def validate_assignee(self, user):
        slug = self.context["view"].kwargs["workspace_slug"]
        if user and not Membership.objects.filter(workspace__slug=slug, user=user).exists():
            raise serializers.ValidationError("Assignee must be a member of the workspace")
        return user

    def validate_due_date(self, value):
        if value and value < date.today():
            raise serializers.ValidationError("Due date can not be in the past")
        return value

    @transaction.atomic
    def create(self, validated_data):
        items = validated_data.pop("checklist", [])
        validated_data["position"] = validated_data["column"].cards.count()
        card = Card.objects.create(**validated_data)
        for item in items:
            ChecklistItem.objects.create(card=card, **item)
        return card

    @transaction.atomic
    def update(self, instance, validated_data):
        items = validated_data.pop("checklist", None)
        instance = super().update(instance, validated_data)
        if items is not None:
            instance.checklist.all().delete()
            for item in items:
                ChecklistItem.objects.create(card=instance, **item)
        return instance


class ColumnSerializer(serializers.ModelSerializer):
    cards = CardSerializer(many=True, read_only=True)

    class Meta:
        model = Column
        fields = ["id", "title", "position", "cards"]
        read_only_fields = ["position"]


class BoardSerializer(serializers.ModelSerializer):
    columns = ColumnSerializer(many=True, read_only=True)

    class Meta:
        model = Board
        fields = ["id", "title", "archived", "columns"]


class ReorderSerializer(serializers.Serializer):
    order = serializers.ListField(child=serializers.IntegerField(), allow_empty=False)
