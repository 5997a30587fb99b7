"""Descriptions that were added by hand: which these are, and who approves them."""

from __future__ import annotations

import os

from doc_sources.local_files import is_local
from doc_sources.urls import is_botocore
from schemas.source import Source


def is_added_by_hand(source: Source) -> bool:
    """Whether somebody wrote or saved its description on this machine. What a server or a vendor publishes speaks for itself."""
    return is_local(source.spec_url) and not is_botocore(source.spec_url)


def operator() -> str:
    """The user of this process, as the operating system has it: the environment could name anybody."""
    try:
        import pwd
    except ImportError:  # not a POSIX system
        return os.getlogin()
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container's user often has no entry
        return str(os.geteuid())
