"""What is refused before any engine sees it: nothing asked, too much asked, or a change."""

from __future__ import annotations

import re

from schemas.errors import QuestionDeclined, ReadOnly, quoted

LONGEST_QUESTION = 2000
"""Characters. A question is a sentence; a document pasted in is a mistake or an attack."""

CHANGES = frozenset(
    """add apply approve attach ban block cancel clear cordon create deactivate delete deploy destroy detach disable drain drop edit
    enable erase evict execute force grant increase decrease insert install kill launch merge migrate modify move mute patch
    pause post promote provision purge push put reboot release remove rename replace reset resize restart restore resume revoke
    roll rollback rotate scale set shutdown silence spin start stop suspend terminate trigger unblock uninstall update upgrade
    wipe write""".split()
)
"""Verbs in the imperative that change something."""

_POLITE = (
    r"(?:please|pls|kindly|just|now|then|can you|could you|would you|will you|i want you to|i need you to|help me|let's|go ahead and|to)"
)
_IMPERATIVE = re.compile(rf"(?:^|[.,;!?]\s+|\b(?:and|then)\s+)(?:{_POLITE}\s+)*(?P<verb>[a-z]+)\b", re.IGNORECASE)
_WORDLESS = re.compile(r"[\W\d_]*")


def check_question(question: str) -> str:
    """The question without surrounding space. Raises QuestionDeclined, and ReadOnly where it asks for a change."""
    text = " ".join(question.split())
    if not text:
        raise QuestionDeclined("Nothing was asked.", hint='Ask a question: opswright ask "top 5 hosts by memory".')
    if len(text) > LONGEST_QUESTION:
        raise QuestionDeclined(
            f"The question has {len(text)} characters; at most {LONGEST_QUESTION} are read.", hint="Ask it in a sentence."
        )
    if _WORDLESS.fullmatch(text):
        raise QuestionDeclined(f"There are no words in {quoted(text)}.", hint='Ask a question: opswright ask "top 5 hosts by memory".')
    for found in _IMPERATIVE.finditer(text):
        if found["verb"].lower() in CHANGES:
            raise ReadOnly(
                f"“{found['verb'].lower()}” asks to change something, and Opswright only reads.",
                hint="Ask what is there instead: “list …”, “which … have …”, “count … by …”.",
            )
    return text
