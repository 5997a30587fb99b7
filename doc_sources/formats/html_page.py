"""Reference pages in HTML: every section is a passage of text with the call, the parameters and the examples that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from doc_sources.formats.description import Description
from doc_sources.formats.page_blocks import read_page
from doc_sources.formats.page_depth import is_too_deep
from doc_sources.formats.page_sections import sections_of
from doc_sources.formats.section import Section, describe
from doc_sources.parsing import html_refusal, is_titled_as_sign_in
from schemas.errors import SpecUnusable

MOST_BYTES: Final = 5_000_000
ENOUGH_CHARACTERS: Final = 1_000
"""A page without any call is still a text about one from here on; below are the shells of applications and notes that nothing is here."""


@dataclass(frozen=True)
class PageSections:
    """What a page says, and whether it asks for a password instead."""

    title: str
    asks_for_password: bool
    sections: list[Section]

    @property
    def is_about_calls(self) -> bool:
        return any(section.is_about_a_call for section in self.sections)

    @property
    def is_worth_reading(self) -> bool:
        """Whether any section is about a call, or all together hold a text."""
        return self.is_about_calls or sum(len(words) for section in self.sections for words in section.words) >= ENOUGH_CHARACTERS


def read(content: bytes, address: str) -> Description:
    """The page's sections, each under its heading.

    Raises SpecUnusable for a page that asks for a sign-in, or says nothing about calls: an application's shell, for one.
    """
    if len(content) > MOST_BYTES:
        raise SpecUnusable(f"The page is larger than {MOST_BYTES / 1_000_000:g} MB.", hint="Give the address of one of its parts.")
    page = page_sections(content.decode(errors="replace"))
    is_sign_in = page.asks_for_password or (is_titled_as_sign_in(content) and not page.is_about_calls)
    if is_sign_in or not page.is_worth_reading:
        raise html_refusal(content, asks_for_password=page.asks_for_password)
    title = page.title or next((section.title for section in page.sections if section.title), "")
    return describe(page.sections, title, address)


def page_sections(html: str) -> PageSections:
    """The sections of a page. Raises SpecUnusable where it nests so deep that reading it would take minutes."""
    if is_too_deep(html):
        raise SpecUnusable("The page is nested deeper than any browser shows.")
    page = read_page(html)
    return PageSections(page.title, page.asks_for_password, sections_of(page.blocks))
