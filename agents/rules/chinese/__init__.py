"""Questions in Chinese, simplified or traditional, to the same Intent as English ones.

`glossary` (the trade's terms in English) and `keywords` (the grammar's) → `segment` (words) → `grammar` (an Intent). Terms carry
English stems, so grounding knows nothing of this; `text` stays as it was typed.
"""

from agents.rules.chinese.grammar import read

__all__ = ["read"]
