"""What a page of HTML shows, as the blocks that a reader sees one after the other: headings, paragraphs, code, tables, items.

Menus, footers, scripts and banners are left out. A page may be as deep as it likes: nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

Kind = Literal["heading", "signature", "term", "text", "item", "code", "table"]

MOST_BLOCKS: Final = 50_000

_BOILERPLATE: Final = (
    "script, style, noscript, template, nav, footer, aside, form, button, svg, iframe, dialog, select, "
    "[role=navigation], [role=banner], [role=search], [role=dialog], [role=contentinfo], [aria-hidden=true], [hidden], "
    "[class*=cookie-], [id*=cookie-], [class*=consent], [id*=consent], [class*=sidebar], [class*=breadcrumb], "
    "a.headerlink, a.anchor, body > header"
)
_MAIN: Final = "main, [role=main], article"
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = "p, div, section, article, ul, ol, li, dl, dt, dd, table, pre, blockquote, h1, h2, h3, h4, h5, h6"
_LEAVES: Final[dict[str, Kind]] = {"pre": "code", "table": "table", "li": "item", "dt": "term", **dict.fromkeys(_HEADINGS, "heading")}


@dataclass(frozen=True)
class Block:
    """A piece of the page: `level` is a heading's, `codes` are the pieces set as code in it, `rows` a table's cells."""

    kind: Kind
    text: str
    level: int = 0
    anchor: str = ""
    codes: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Page:
    """A page's title, whether it asks for a password, and what it shows."""

    title: str
    asks_for_password: bool
    blocks: tuple[Block, ...]


def read_page(html: str) -> Page:
    """The page, in the order in which it is read."""
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    asks = tree.css_first("input[type=password]") is not None
    for node in tree.css(_BOILERPLATE):
        # A page that is laid out beside a sidebar may say so on what holds all of it.
        if node.tag not in ("html", "body") and node.css_first(_MAIN) is None:
            node.decompose()
    root = tree.css_first(_MAIN) or tree.body
    blocks = tuple(_blocks(root)) if root else ()
    return Page(_text(title) if title else "", asks, blocks)


def _blocks(root: LexborNode) -> Iterator[Block]:
    holders = _holders(root)
    waiting, left = [root], MOST_BLOCKS
    while waiting and left > 0:
        node = waiting.pop()
        kind = _kind(node, holders)
        if kind is None:
            waiting += reversed(list(node.iter(include_text=True)))
        elif block := _block(node, kind):
            left -= 1
            yield block


def _holders(root: LexborNode) -> set[int]:
    """The nodes with a block inside. Each way up is gone once, so that a deep page takes no longer than a wide one."""
    holders: set[int] = set()
    for block in root.css(_BLOCKS):
        node = block.parent
        while node is not None and node.mem_id not in holders:
            holders.add(node.mem_id)
            node = node.parent
    return holders


def _kind(node: LexborNode, holders: set[int]) -> Kind | None:
    """What the node is; None where it only holds others."""
    tag = node.tag or ""
    if tag in _LEAVES:
        return "signature" if tag == "dt" and "sig" in _classes(node) else _LEAVES[tag]
    return None if node.mem_id in holders else "text"


def _block(node: LexborNode, kind: Kind) -> Block | None:
    text = node.text(deep=True).strip("\n") if kind == "code" else _text(node)
    if kind == "table":
        return Block(kind, text, rows=tuple(_rows(node)))
    if not text.strip():
        return None
    codes = tuple(_text(code) for code in node.css("code, tt, strong, b") if _text(code)) if node.tag != "-text" else ()
    return Block(kind, text, _HEADINGS.get(node.tag or "", 0), _anchor(node), codes)


def _rows(table: LexborNode) -> Iterator[tuple[str, ...]]:
    for row in table.css("tr"):
        yield tuple(_text(cell) for cell in row.iter() if cell.tag in ("td", "th"))


def _text(node: LexborNode) -> str:
    """On one line, as it is shown."""
    return " ".join(node.text(deep=True).split())


def _classes(node: LexborNode) -> list[str]:
    return (node.attributes.get("class") or "").split()


def _anchor(node: LexborNode) -> str:
    """The name that a heading has in the page's address: its own, that of what it opens, or that of something in it."""
    parent = node.parent
    inside = node.css_first("[id], a[name]") if node.tag != "-text" else None
    named = inside.attributes if inside else {}
    above = parent.attributes.get("id") if parent and parent.tag in ("section", "div") else None
    return node.attributes.get("id") or above or named.get("id") or named.get("name") or ""
