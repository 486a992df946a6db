"""Projects with tasks and comments, which belong to users."""

from typing import Any

from django.conf import settings
from django.db import models


class ProjectQuerySet(models.QuerySet["Project"]):
    """Rows that a user may see."""

    def for_user(self, user: Any) -> "ProjectQuerySet":
        """Return the user's own."""
        return self.filter(owner=user)

    def visible_to(self, who: Any) -> "ProjectQuerySet":
        """Return the user's own or shared."""
        if who.is_superuser:
            return self.all()
        return self.filter(models.Q(owner=who) | models.Q(members=who)).distinct()

    def active(self) -> "ProjectQuerySet":
        """Return those that are not archived."""
        return self.filter(archived=False)


class ProjectManager(models.Manager["Project"]):
    """A manager with a method of its own."""

    def owned_by(self, user: Any) -> Any:
        """Return the user's own."""
        return self.get_queryset().filter(owner_id=user.pk)


class Project(models.Model):
    """Belongs to a user."""

    name = models.CharField(max_length=50)
    slug = models.SlugField(unique=True)
    archived = models.BooleanField(default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="owned_projects")
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="shared_projects")

    objects = ProjectManager.from_queryset(ProjectQuerySet)()
    visible = ProjectQuerySet.as_manager()

    def may_be_seen_by(self, user: Any) -> bool:
        """Whether a user is the owner."""
        return bool(self.owner == user)


class Task(models.Model):
    """Belongs to a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=50)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)


class Comment(models.Model):
    """Belongs to a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.TextField()
