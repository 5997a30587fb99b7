"""The blocks of a page, gathered into sections: what is called, with what, what comes back, what can go wrong, and how it looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Literal

from doc_sources.formats import arguments
from doc_sources.formats.page_blocks import Block, Kind
from doc_sources.formats.section import Argument, Section

Label = Literal["", "request", "response", "errors", "example"]
"""What the lists and tables that follow are about."""

_METHOD: Final = r"(?:GET|POST|PUT|PATCH|DELETE|HEAD)"
_ENDPOINT: Final = re.compile(rf"\b{_METHOD}\s+(?:https?://[^\s/]+)?/[^\s`'\"]*")
_SIGNATURE: Final = re.compile(r"(?:[a-z]+\s+)?[A-Za-z_][\w.]*\.?[A-Za-z_]\w*\([^()]*(?:\([^()]*\)[^()]*)*\)(?:\s*(?:->|→|:)\s*\S.*)?")
_LABELS: Final[tuple[tuple[Label, re.Pattern[str]], ...]] = (
    (
        "errors",
        re.compile(r"errors?( codes?| responses?)?|(http )?(response )?status codes?|raises|exceptions|错误码?|状态码|异常", re.IGNORECASE),
    ),
    (
        "response",
        re.compile(
            r"(responses?|returns?|output|result)( (fields?|elements|syntax|body|structure))?|返回(参数|值|结果)?|响应(参数)?",
            re.IGNORECASE,
        ),
    ),
    (
        "request",
        re.compile(
            r"((url|uri|path|query|request|body|form|input|optional|required|header)[ -]*)*"
            r"(parameters|arguments|args|options)( for .{1,80})?|request (body|fields)|keyword arguments|请求参数|参数(说明)?|入参",
            re.IGNORECASE,
        ),
    ),
    ("example", re.compile(r"(request |response |usage )?examples?|示例|请求示例|返回示例", re.IGNORECASE)),
)
_LONGEST_LABEL: Final = 100
_MARKS: Final = "¶§# "
"""What stands beside a heading to link to it."""
_STATUS: Final = re.compile(
    r"(?P<code>[1-5]\d\d|[A-Z]\w*(?:\.\w+)+|[A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]\w+(?:Exception|Error|Fault|NotFound))\b"
    r"[\s:：–—-]*(?P<meaning>.*)",
    re.DOTALL,
)
_COLUMNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (column, re.compile(pattern, re.IGNORECASE))
    for column, pattern in (
        ("code", r"(http |status |error |response )*(status|codes?|error)|错误码|状态码"),
        ("name", r"(query )?(parameter|field|argument|option|attribute|property)?s?( name)?|name|key|参数(名称?)?|名称|字段(名称?)?"),
        ("kind", r"(data )?type|类型|数据类型"),
        ("required", r"(is )?required\??|mandatory|必填|必选|是否必[填选需须]"),
        ("default", r"default( value)?|默认值?|缺省值?"),
        ("choices", r"(allowed|valid|possible|accepted) values|enum|values|可选值|取值(范围)?"),
        ("said", r"descriptions?|meaning|notes?|details|explanation|描述|说明|含义|备注"),
    )
)
_LONGEST_SIGNATURE: Final = 500


def sections_of(blocks: Iterable[Block]) -> list[Section]:
    """The sections that say something, in order."""
    gathering = _Gathering()
    for block in blocks:
        gathering.add(block)
    return [section for section in gathering.sections if not section.is_empty]


class _Gathering:
    """Reads blocks one after the other."""

    def __init__(self) -> None:
        self.sections: list[Section] = [Section("")]
        self._headings: dict[int, str] = {}
        self._label: Label = ""
        self._term = ""
        self._readers: dict[Kind, Callable[[Block], None]] = {
            "heading": self._heading,
            "signature": self._signature,
            "term": self._defined,
            "text": self._text,
            "item": self._item,
            "code": self._code,
            "table": self._table,
        }

    @property
    def _section(self) -> Section:
        return self.sections[-1]

    def add(self, block: Block) -> None:
        self._readers[block.kind](block)

    def _heading(self, block: Block) -> None:
        label = _label(block.text)
        self._begin(label)
        if label and block.level > max(self._headings, default=block.level):
            self._section.words.append(block.text)
            return
        self._headings = {level: title for level, title in self._headings.items() if level < block.level}
        section = Section(block.text.strip(_MARKS), tuple(self._headings.values()), block.anchor)
        self._headings[block.level] = section.title
        self.sections.append(section)
        self._note_signatures(block.text)

    def _signature(self, block: Block) -> None:
        text = block.text.removesuffix("¶").removesuffix("[source]").strip()
        self._begin("")
        self.sections.append(Section(text.partition("(")[0], tuple(self._headings.values()), block.anchor, signatures=[text]))

    def _defined(self, block: Block) -> None:
        label = _label(block.text)
        self._begin(label or self._label)
        self._term = "" if label else block.text.rstrip(":：")
        if label:
            self._section.words.append(block.text)

    def _text(self, block: Block) -> None:
        if self._term:
            self._item(Block("item", f"{self._term}: {block.text}", codes=(self._term,)))
            self._term = ""
            return
        if label := _label(block.text):
            self._begin(label)
        self._section.words.append(block.text)
        self._note_signatures(block.text, *block.codes)

    def _item(self, block: Block) -> None:
        self._section.words.append(f"- {block.text}")
        error = _STATUS.fullmatch(block.text)
        if self._label == "errors" and error:
            self._section.errors.append((error["code"], " ".join(error["meaning"].split())))
            return
        # A list of prose has items with a colon, too: a name is set as code, or stands where names are told.
        found = arguments.listed(block.text) if self._label in ("request", "response") or _begins_with_code(block) else None
        if found:
            self._arguments().append(found)
        else:
            self._note_signatures(block.text, *block.codes)

    def _code(self, block: Block) -> None:
        endpoints = [line.strip() for line in block.text.splitlines() if _ENDPOINT.fullmatch(line.strip())]
        self._section.signatures += endpoints
        if len(endpoints) < len(block.text.strip().splitlines()):
            self._section.words.append(f"```\n{block.text}\n```")
            self._section.examples.append(block.text)

    def _table(self, block: Block) -> None:
        header, *rows = block.rows or ((),)
        columns = [_column(cell) for cell in header]
        self._section.words.append("\n".join(" | ".join(row) for row in block.rows))
        for row in rows:
            cells = {column: cell for column, cell in zip(columns, row, strict=False) if column}
            self._row(cells, row)

    def _row(self, cells: dict[str, str], row: tuple[str, ...]) -> None:
        code = _STATUS.match(cells.get("code", "")) or (_STATUS.match(cells.get("name", "")) if self._label == "errors" else None)
        if code:
            self._section.errors.append((code["code"], cells.get("said") or (row[-1] if len(row) > 1 else "")))
        elif name := arguments.name_in(cells.get("name", "")):
            rest = cells["name"].removeprefix(name).strip()
            self._arguments().append(
                arguments.argument(
                    name,
                    f"{cells.get('kind', '')} {rest}".strip(),
                    cells.get("said", ""),
                    cells.get("required", ""),
                    cells.get("default", ""),
                    cells.get("choices", ""),
                )
            )

    def _arguments(self) -> list[Argument]:
        return self._section.returned if self._label == "response" else self._section.arguments

    def _begin(self, label: Label) -> None:
        self._label, self._term = label, ""

    def _note_signatures(self, *texts: str) -> None:
        whole, *codes = texts
        found = _ENDPOINT.findall(whole) + [code for code in codes if len(code) <= _LONGEST_SIGNATURE and _SIGNATURE.fullmatch(code)]
        self._section.signatures += [signature for signature in found if signature not in self._section.signatures]


def _label(text: str) -> Label:
    bare = text.strip(_MARKS).rstrip(":：").strip()
    if len(bare) > _LONGEST_LABEL:
        return ""
    return next((label for label, pattern in _LABELS if pattern.fullmatch(bare)), "")


def _column(cell: str) -> str:
    bare = cell.strip(" *:：")
    return next((column for column, pattern in _COLUMNS if bare and pattern.fullmatch(bare)), "")


def _begins_with_code(block: Block) -> bool:
    return bool(block.codes) and block.text.startswith(block.codes[0])
