"""Chinese as one script and one vocabulary: what Taiwan writes becomes what the indexed questions have."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any, Final

from rag.questions import is_chinese

_LEFT_BY_OPENCC: Final = {
    "连接端口": "端口",
    "保存桶": "存储桶",
    "身分": "身份",
    "映像档": "镜像",
    "负载平衡": "负载均衡",
    "逾时": "超时",
    "子网络": "子网",
    "帐户": "账户",
    "帐单": "账单",
    "缺省": "默认",
}
"""Words of operations that OpenCC's phrases of Taiwan lack, or turn into another product's."""

_converting = threading.Lock()


@lru_cache(maxsize=1024)
def simplified(text: str) -> str:
    """The text in simplified characters with the mainland's words; as it is where it is not Chinese."""
    if not is_chinese(text):
        return text
    with _converting:
        folded: str = _converter("t2s").convert(_converter("tw2sp").convert(text))
    for word, other in _LEFT_BY_OPENCC.items():
        folded = folded.replace(word, other)
    return folded


@lru_cache(maxsize=2)
def _converter(name: str) -> Any:
    from opencc import OpenCC  # reads its dictionaries: 50 ms that an English question need not wait for

    return OpenCC(name)
