from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from boards.models import Board, Invitation, Membership

PEOPLE = [("nora@corkboard.test", "Nora"), ("elif@corkboard.test", "Elif"), ("jonas@corkboard.test", "Jonas")]
BOARDS = {
    "Website relaunch": {
        "To do": ["Collect photos", "Write imprint", "Choose fonts"],
        "Doing": ["Wireframe start page", "Migrate news"],
        "Done": ["Kick-off", "Buy domain"],
    },
    "Summer festival": {
        "Ideas": ["Silent disco", "Puppet theatre"],
        "Booked": ["Brass band", "Toilets"],
        "Paid": ["Stage"],
    },
}


class Command(BaseCommand):
    help = "Create demo people and boards."

    @transaction.atomic
    def handle(self, *args, **options):
        User.objects.create_superuser("admin@corkboard.test", "cork-admin-42", display_name="Admin")
        nora, elif_, jonas = [User.objects.create_user(e, "cork-demo-42", display_name=n) for e, n in PEOPLE]
        for name, lists in BOARDS.items():
            board = Board.objects.create(name=name)
            Membership.objects.create(board=board, user=nora, role="owner")
            Membership.objects.create(board=board, user=elif_, role="member")
            Membership.objects.create(board=board, user=jonas, role="viewer")
            urgent = board.labels.create(name="urgent", colour="#cc2222")
            board.labels.create(name="nice to have", colour="#2288cc")
            board.log(nora, "created the board")
            for position, (title, cards) in enumerate(lists.items()):
                lst = board.lists.create(title=title, position=position)
                for n, card_title in enumerate(cards):
                    card = lst.cards.create(title=card_title, position=n,
                                            due=timezone.localdate() + timedelta(days=n + 3))
                    if n == 0:
                        card.labels.add(urgent)
                        card.assignees.add(elif_)
            Invitation.objects.create(board=board, email="guest@corkboard.test", invited_by=nora)
        self.stdout.write("done")
