"""The table of projects."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The first one."""

    initial = True
    operations = (
        migrations.CreateModel(
            name="Project", fields=[("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=80))]
        ),
    )
