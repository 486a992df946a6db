"""The project's own scenarios in a load worker that has the project's code."""

import django

from loadaudit.audit.addresses import Addresses
from loadaudit.audit.scenarios import ScenarioLoad, declared_scenarios
from loadaudit.load.job import Job
from loadaudit.load.locust.planfile import Scripted
from loadaudit.planning.project.discovery import load_modules


def scripts_for(scripted: Scripted, job: Job) -> ScenarioLoad:
    """Set Django up and return what runs the scenarios of some virtual users; the database is refused to them."""
    django.setup()
    load_modules()
    scenarios, _ = declared_scenarios(scripted.identities)
    return ScenarioLoad(
        job=job,
        users=scripted.users,
        scenarios=scenarios,
        addresses=Addresses(()),
        usernames={one.role: one.username for one in scripted.identities},
    )
