"""Fills the demo database; the same options always give the same rows."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from random import Random
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.core.management.color import no_style
from django.db import connection, transaction

from tests.demo.projects.models import Project
from tests.demo.seeding.catalog import seed_catalog
from tests.demo.seeding.people import seed_people
from tests.demo.seeding.sites import seed_items, seed_jobs, seed_projects, seed_templates

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
APPS = ("accounts", "catalog", "projects", "budgets", "templates_lib", "batch", "monitoring")


class Command(BaseCommand):
    """Wipe the demo's tables and fill them again."""

    help = "Wipe the demo's tables and fill them with the same rows each time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sizes."""
        parser.add_argument("--projects", type=int, default=75, help="projects (default: 75)")
        parser.add_argument("--items", type=int, default=60, help="budget items of a project (default: 60)")
        parser.add_argument("--prices", type=int, default=120_000, help="price records (default: 120000)")
        parser.add_argument("--templates", type=int, default=20, help="budget templates (default: 20)")
        parser.add_argument("--jobs", type=int, default=15, help="finished batch jobs (default: 15)")
        parser.add_argument("--seed", type=int, default=7, help="seed of the random values (default: 7)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are projects")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the database in one transaction, so that it is never half full."""
        if options["if_empty"] and Project.objects.exists():
            self.stdout.write("The database has projects already; nothing changed.")
            return
        rng = Random(options["seed"])
        with transaction.atomic():
            wipe()
            users = seed_people(NOW)
            seed_catalog(rng, options["prices"])
            projects = seed_projects(rng, users, options["projects"], NOW)
            seed_items(rng, projects, options["items"])
            seed_templates(rng, users, options["templates"], NOW)
            seed_jobs(rng, users, options["jobs"], NOW)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(
            f"Seeded {len(projects)} projects with {options['items']} items each, "
            f"{options['prices']} prices and {len(users)} users."
        )


def wipe() -> None:
    """Empty the demo's tables and start their numbering at 1 again."""
    configs = [apps.get_app_config(label) for label in APPS]
    models = [model for config in configs for model in config.get_models(include_auto_created=True)]
    tables = [model._meta.db_table for model in [*models, EmailAddress, LogEntry, Session]]
    statements = connection.ops.sql_flush(no_style(), tables, reset_sequences=True, allow_cascade=True)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
