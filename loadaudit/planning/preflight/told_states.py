"""Words of refusals that speak of the state of a row, or of a session, and not of what was sent."""

import re

from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.corrections import complaints
from loadaudit.planning.preflight.judge import Try, words_of
from loadaudit.records import Outcome

_OF_WHAT_IS_SENT = (
    r"pars|us|determin|decod|encod|convert|validat|load|process|match|recogni[sz]|resolv|verifi|authenticat|access"
    r"|identifi|creat|combin|appli|comput|interpret|serializ|reach|mix|exceed|omitt|specifi|need"
    r"|upload|sav|stor|import|download|fetch|retriev|queri|quer|connect|establish|perform|execut|handl|render|generat"
)
_STATE = re.compile(
    r"\bno longer\b|\balready (?!exists?\b|taken\b|in use\b|registered\b|a member\b)\w+|has expired"
    r"|is (?:closed|locked|expired|empty|archived|disabled)"
    r"|\bnot (?:yet )?(?:open|published|active|ready|started|approved|pending|finished|available"
    r"|paid|confirmed|placed|closed|completed?|shipped|draft|submitted|verified)\b|_pending\b"
    r"|can ?not \w+ (?:with|without|an?|the) (?:\w+ )?(?:empty|closed|draft|published|approved|finished|cancell?ed)"
    r"|\bonly (?:[\w-]+ ){1,4}(?:can|may|could) (?:still )?be \w+ed\b"
    rf"|\b(?:can|may|could)(?: ?not|n't) be (?!(?:{_OF_WHAT_IS_SENT})\w*\b)\w+ed\b",
    re.IGNORECASE,
)
"""`Only drafts can be changed`, `It is paid already`."""


def speaks_of_a_state(text: str) -> bool:
    """Whether an error says in which state something is, or would have to be."""
    return _STATE.search(text) is not None


def tells_a_state(one: Try) -> bool:
    """Whether a refusal speaks of a state and of nothing that was sent."""
    if one.outcome is not Outcome.CLIENT_ERROR or not speaks_of_a_state(words_of(one)):
        return False
    sent = sent_values(one.payload, set()) if one.payload is not None else {}
    return not any(each.field in sent for each in complaints(one.answer, sent))
