"""Words of refusals that say that it is too late for something, or too early."""

import re

NOT_YET = re.compile(
    r"\b(?:not|never)(?: yet)? (?:started|begun|open(?:ed)?|available|ended|over|finished|reached|arrived)\b"
    r"|(?:\bnot|n't)(?: \w+){0,2} yet\b|n't (?:started|begun|opened|ended)\b|\btoo early\b"
    r"|\bstill (?:running|open|to come|going on)\b|\bonly (?:after|once|from)\b",
    re.IGNORECASE,
)
OVER = re.compile(
    r"\btoo late\b|\bany ?more\b|\bno longer\b|\bexpired\b|\bdeadline\b|\bended\b|\bclosed\b|\bin the past\b"
    # Nobody is over an age or a limit in time, and what is handed over is not.
    r"|(?<!hand )(?<!handed )(?<!take )(?<!taken )\bover\b(?! (?:to|the|an?|it|\d+))"
    r"|\b(?:already|has|have|was|is) (?:been )?(?:past|passed|started|begun|began|elapsed|finished|due)\b"
    r"|\b(?:hours?|days?|minutes?|weeks?) (?:before|in advance|prior|ahead|after)\b"
    r"|\bwithin (?:the (?:first|last) )?\w+ (?:hours?|days?|minutes?|weeks?)\b|\btoo old\b",
    re.IGNORECASE,
)
NOT_BEGUN = re.compile(
    r"\b(?:not|never|n't)(?: yet)? (?:started|begun|open(?:ed)?|available|arrived)\b|n't (?:started|begun|opened)\b"
    r"|\btoo early\b",
    re.IGNORECASE,
)
"""What is to begin first, and not to end."""


def is_of_time(said: str) -> bool:
    """Whether a refusal speaks of a time that is over or still to come."""
    return NOT_YET.search(said) is not None or OVER.search(said) is not None
