"""Traditional characters and Taiwan's words become what is indexed."""

from __future__ import annotations

import pytest

from rag.chinese import simplified


@pytest.mark.parametrize(
    ("written", "indexed"),
    [
        ("叢集", "集群"),
        ("佇列", "队列"),
        ("硬碟", "硬盘"),
        ("憑證", "凭证"),
        ("連接埠", "端口"),
        ("儲存桶", "存储桶"),
        ("負載平衡器", "负载均衡器"),
        ("用的是哪個 AWS 身分", "用的是哪个 AWS 身份"),
        ("集群里有哪些 pod 在重启", "集群里有哪些 pod 在重启"),
        ("which pods restart", "which pods restart"),
    ],
)
def test_words_are_folded(written: str, indexed: str) -> None:
    assert simplified(written) == indexed
