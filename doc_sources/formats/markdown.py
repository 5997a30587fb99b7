"""Texts in Markdown, such as READMEs: rendered as they are shown, and then read like any page."""

from __future__ import annotations

import re
from typing import Final

from markdown_it import MarkdownIt

from doc_sources.formats.description import Description
from doc_sources.formats.html_page import page_sections
from doc_sources.formats.section import Section, describe
from schemas.errors import SpecUnusable

MOST_CHARACTERS: Final = 1_000_000

_FRONT_MATTER: Final = re.compile(r"---\n.*?\n---\n", re.DOTALL)


def read(content: bytes, address: str) -> Description:
    """The text's sections. Raises SpecUnusable where it says nothing."""
    sections = sections_of(content.decode(errors="replace"))
    if not sections:
        raise SpecUnusable("The text says nothing.")
    return describe(sections, next((section.title for section in sections if section.title), ""), address)


def sections_of(text: str) -> list[Section]:
    """What stands under each heading; fenced code is examples. Raises SpecUnusable where it is too long or too deep."""
    if len(text) > MOST_CHARACTERS:
        raise SpecUnusable(f"The text is longer than {MOST_CHARACTERS / 1_000_000:g} million characters.")
    text = _FRONT_MATTER.sub("", text, count=1) if text.startswith("---\n") else text
    try:
        shown = MarkdownIt("commonmark").enable(["table"]).render(text)
    except RecursionError as error:
        raise SpecUnusable("The text is nested too deeply.") from error
    return page_sections(f"<main>{shown}</main>").sections
