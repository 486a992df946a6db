"""What the pages show."""

from django.db import models


class Project(models.Model):
    """A name."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=80)
