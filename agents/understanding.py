"""What is refused before any engine sees it: nothing asked, too much asked, or a change."""

from __future__ import annotations

import re

from agents.rules.chinese.changes import wished_change
from agents.speech.voice import ENGLISH, Voice
from schemas.errors import QuestionDeclined, ReadOnly, quoted

LONGEST_QUESTION = 2000
"""Characters. A question is a sentence; a document pasted in is a mistake or an attack."""

CHANGES = frozenset(
    """ack acknowledge add apply approve assign attach ban block cancel clear close cordon create deactivate decrease delete
    deploy destroy detach disable drain drop edit enable erase escalate evict execute force grant increase insert install kill
    launch merge migrate modify move mute patch pause post promote provision purge push put reboot release remove rename reopen
    replace reset resize resolve restart restore resume revoke roll rollback rotate scale set shut shutdown silence snooze spin start
    stop suspend taint terminate trigger unassign unblock uncordon uninstall untaint update upgrade wipe write""".split()
)
"""Verbs in the imperative that change something."""

_POLITE = (
    r"(?:please|pls|kindly|just|now|then|can you|could you|would you|will you|i want you to|i need you to|help me|let's|go ahead and|to|"
    "请|請|帮我|幫我)"
)
_IMPERATIVE = re.compile(rf"(?:^|[.,;!?]\s+|[，。；！？、]\s*|\b(?:and|then)\s+)(?:{_POLITE}\s+)*(?P<verb>[a-z]+)\b", re.IGNORECASE)
_HAN_BORDER = re.compile(r"(?<=[\u3400-\u9fff])(?=[a-zA-Z])|(?<=[a-zA-Z])(?=[\u3400-\u9fff])")
_WORDLESS = re.compile(r"[\W\d_]*")


def check_question(question: str, voice: Voice = ENGLISH) -> str:
    """The question without surrounding space. Raises QuestionDeclined, and ReadOnly where it asks for a change."""
    text = " ".join(question.split())
    if not text:
        raise QuestionDeclined(voice.say("nothing_asked"), hint=voice.say("ask_like"))
    if len(text) > LONGEST_QUESTION:
        raise QuestionDeclined(voice.say("too_long", length=len(text), limit=LONGEST_QUESTION), hint=voice.say("ask_shorter"))
    if _WORDLESS.fullmatch(text):
        raise QuestionDeclined(voice.say("no_words", text=quoted(text)), hint=voice.say("ask_like"))
    if verb := _english_change(text) or wished_change(text):
        raise ReadOnly(voice.say("asks_for_a_change", verb=verb), hint=voice.say("ask_what_is_there"))
    return text


def _english_change(text: str) -> str:
    """The first verb in the imperative that changes something; in a Chinese sentence it may stand without spaces."""
    spaced = _HAN_BORDER.sub(" ", text)
    return next((found["verb"].lower() for found in _IMPERATIVE.finditer(spaced) if found["verb"].lower() in CHANGES), "")
