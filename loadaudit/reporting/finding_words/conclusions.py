"""LA601 on: what the run cannot say, and why."""

from django.utils.translation import gettext_lazy as _

from loadaudit.reporting.finding_words.words import Words

WORDS: dict[str, Words] = {
    "LA601": Words(
        title=_("No coverage in %(category)s"),
        claim=_(
            "None of the %(operations)s operations in %(category)s has a proven success; %(attempted)s were tried."
        ),
        cause=_("The reason for each operation is in the list of what is not covered."),
        action=_("Begin with the reason that most of them share."),
    ),
    "LA602": Words(
        title=_("Load too small to conclude"),
        claim=_(
            "%(operations)s of %(succeeded)s succeeded operations have fewer than %(needed)s successes, "
            "too few for a p95."
        ),
        cause=_("The load ended, or was limited, before they were sent often enough."),
        action=_("Run for longer or with more users before you trust figures of these operations."),
    ),
    "LA603.destructive": Words(
        title=_("Destructive operations were never tested"),
        claim=_("%(untouched)s of %(operations)s operations that delete, reset or log out were not sent."),
        cause=_("The reason for each operation is in the list of what is not covered."),
        action=_("Begin with the reason that most of them share, or name a case for each in loadtests.py."),
    ),
    "LA603.destructive_held_back": Words(
        title=_("Destructive operations were never tested"),
        claim=_("%(untouched)s of %(operations)s operations that delete, reset or log out were not sent."),
        cause=_("The reason for each operation is in the list of what is not covered."),
        action=_("Run on a clone, where they are sent by default, without options that hold them back."),
    ),
    "LA603.heavy": Words(
        title=_("Heavy operations were never tested"),
        claim=_("%(untouched)s of %(operations)s operations that cost much were not sent."),
        cause=_("The reason for each operation is in the list of what is not covered."),
        action=_("Begin with the reason that most of them share."),
    ),
    "LA701": Words(
        title=_("Answers without a trace"),
        claim=_("For %(count)s of %(answered)s answers the server sent no trace, so nothing proves what ran."),
        cause=_("Something answered before the probe, or its traces were lost."),
        action=_(
            "Put loadaudit's middleware first, and check that the requests reach this project and nothing "
            "in front of it."
        ),
    ),
    "LA702.busy": Words(
        title=_("The load workers are at their limit"),
        claim=_(
            "A load worker needed %(cpu_percent)s %% of a processor and woke its virtual users %(delay_ns_text)s too "
            "late, one time in ten %(worst_ns_text)s: latencies may be too high by that."
        ),
        cause=_("One worker's threads share one processor."),
        action=_(
            "Ask for less per machine, or give the load machines of its own: --engine locust. Do not blame the target "
            "for latencies of this run."
        ),
    ),
    "LA702.starved": Words(
        title=_("The load workers were kept waiting"),
        claim=_(
            "Virtual users were woken %(delay_ns_text)s too late, one time in ten %(worst_ns_text)s: latencies may be "
            "too high by that."
        ),
        cause=_("The workers used %(cpu_percent)s %% of a processor; something else on this machine took the rest."),
        action=_("Give the load a machine that does nothing else, or send less. Do not blame the target for this."),
    ),
}
