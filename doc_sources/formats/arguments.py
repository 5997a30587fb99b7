"""Parameters as texts describe them: `step (duration, optional): … Defaults to 15s.`, in English and Chinese."""

from __future__ import annotations

import re
from typing import Final

from doc_sources.formats.section import Argument
from schemas.base import Json

_NAME: Final = r"[A-Za-z_$@*][\w.$@\[\]*-]{0,79}"
_LISTED: Final = re.compile(
    rf"""(?P<name>{_NAME})                      # query
    \s*(?:=\s*<(?P<value>[^<>]{{1,80}})>)?      # =<string>
    \s*(?:[(（](?P<kind>[^()（）]{{1,120}})[)）])?   # (string, required)
    \s*(?P<mark>\[REQUIRED\]|[*])?
    \s*(?::|：|--|–|—|-\s|=\s|$)\s*(?P<said>.*)""",
    re.VERBOSE | re.DOTALL,
)
_TYPES: Final[tuple[tuple[str, dict[str, Json]], ...]] = (
    (r"duration|时长", {"type": "string"}),
    (r"list|array|\[\]|set of|repeated|数组|列表", {"type": "array"}),
    (r"bool|布尔", {"type": "boolean"}),
    (r"int|long|整数|整型", {"type": "integer"}),
    (r"float|double|number|decimal|numeric|浮点|数字", {"type": "number"}),
    (r"date-?time|rfc ?3339|datetime|iso ?8601", {"type": "string", "format": "date-time"}),
    (r"str|text|char|uuid|uri|url|字符", {"type": "string"}),
    (r"object|dict|map|struct|对象", {"type": "object"}),
)
_REQUIRED: Final = re.compile(r"\[required\]|\brequired\b|\bmandatory\b|必填|必选|必须|必需", re.IGNORECASE)
_NOT_REQUIRED: Final = re.compile(r"\bnot required\b|\boptional\b|\brequired (?:if|when|for|only)\b|非必|可选", re.IGNORECASE)
_YES: Final = re.compile(r"yes|true|required|y|✓|✔|是|必填|必选|必须", re.IGNORECASE)
_DEFAULT: Final = re.compile(
    r"(?:\bdefaults? (?:to|is|value is|of)|\bdefault:|\bdefault =|默认(?:值)?[为是：:]?)\s*[`\"'“]?([\w+-][\w.+:/-]{0,60})"
    r"(?=[`\"'”]?\s*(?:[,;)\]。，；）]|$))",
    re.IGNORECASE,
)
_NO_DEFAULT: Final = frozenset({"none", "-", "n/a", "null", "no"})
_TRUTH: Final = {"true": True, "false": False}
_CHOICES: Final = re.compile(
    r"(?:\b(?:one of|allowed values|valid values|possible values|accepted values|supported values)|可选值|取值范围|取值)"
    r"(?: are| is|为|:|：|\s)*(?P<values>[^.;。；\n]{3,400})",
    re.IGNORECASE,
)
_CHOICE: Final = re.compile(r"[\w][\w.+-]{0,39}")
_BETWEEN_CHOICES: Final = re.compile(r"\s*(?:,|，|、|\||\bor\b|\band\b|或|和)\s*")


def listed(text: str) -> Argument | None:
    """What an item of a list says, where that begins with a name: `limit (integer): …`."""
    found = _LISTED.fullmatch(text.strip())
    if not found:
        return None
    kind = " ".join(filter(None, [found["value"], found["kind"]]))
    mark = "required" if found["mark"] else ""
    return argument(found["name"], kind, found["said"], mark)


def argument(name: str, kind: str, said: str, required: str = "", default: str = "", choices: str = "") -> Argument:
    """A parameter from what a text says in its places; `kind` may have more in it than the type."""
    schema = _schema(kind)
    values = _choices(f"one of {choices}") if choices else _choices(said) or _choices(kind)
    schema |= {"enum": values} if values else {}
    default = default.strip(" `\"'") or _default(said) or _default(kind)
    schema |= {"default": _typed(default, schema)} if default and default.casefold() not in _NO_DEFAULT else {}
    return Argument(name, schema, _is_required(required, f"{kind} {said}"), " ".join(said.split()))


def name_in(text: str) -> str:
    """The parameter's name at the beginning of a cell, or nothing."""
    found = re.match(_NAME, text.strip())
    return found[0] if found else ""


def _schema(kind: str) -> dict[str, Json]:
    words = kind.casefold()
    return next((dict(schema) for pattern, schema in _TYPES if re.search(pattern, words)), {})


def _is_required(marked: str, said: str) -> bool:
    if marked.strip():
        return _YES.match(marked.strip()) is not None
    return _REQUIRED.search(said) is not None and _NOT_REQUIRED.search(said) is None


def _default(said: str) -> str:
    found = _DEFAULT.search(said)
    return found[1].rstrip(".:,") if found else ""


def _typed(default: str, schema: dict[str, Json]) -> Json:
    """`100` of an integer as a number; a text where it is none."""
    try:
        match schema.get("type"):
            case "integer":
                return int(default)
            case "number":
                return float(default)
            case "boolean":
                return _TRUTH[default.casefold()]
    except (ValueError, KeyError):
        return default
    return default


def _choices(said: str) -> list[str]:
    found = _CHOICES.search(said)
    if not found:
        return []
    values = [value.strip(" `\"'“”") for value in _BETWEEN_CHOICES.split(found["values"])]
    values = [value for value in values if value]
    return list(dict.fromkeys(values)) if len(values) > 1 and all(_CHOICE.fullmatch(value) for value in values) else []
