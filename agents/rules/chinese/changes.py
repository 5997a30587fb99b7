"""Wishes for a change, in Chinese: 删除所有服务, 把主机重启一下. A question about changes is none: 失败的重启, 重启次数."""

from __future__ import annotations

import re

from agents.speech.language import has_han
from agents.speech.script import to_simplified

_CHANGES = (
    "删除|删掉|删去|移除|清除|清空|清理|重新启动|重启|重开|重置|重建|停止|停掉|停用|关闭|关掉|关机|启动|启用|开启|扩容|缩容|扩缩容|扩展|回滚|回退|"
    "创建|新建|建立|新增|添加|增加|减少|更新|升级|降级|修改|更改|变更|编辑|设置|设定|配置|调整|替换|重命名|禁用|封禁|解封|杀掉|杀死|终止|取消|撤销|"
    "暂停|恢复|执行|运行|触发|安装|卸载|迁移|移动|合并|驱逐|隔离|静音|静默|授权|吊销|轮换|写入|发送|批准|分配|绑定|解绑|挂载|卸下|释放|销毁"
)
_NOUN_TOO = "部署|发布|上线|备份|注册|打开"
"""Also nouns: they ask for a change only after a word that asks for one."""

_START = r"(?:^|[，。；！？、,.;!?]\s*|(?:然后|接着|随后|之后|并且|并|再|顺便|同时)\s*)"
_POLITE = (
    r"(?:请问能否|请你|请您|请|麻烦你|麻烦|帮我们|帮我|帮忙|给我|我想|我要|我需要|能不能|能否|可以|可不可以|立即|立刻|马上|现在|直接|全部|再|去|先|"
    r"把它们|将它们|把它|将其|强制|批量)"
)
_QUESTION = re.compile("哪|多少|几[个台次条]|什么|有没有|是否|谁|[吗呢]|统计|数量|列表|记录")
# 重启次数, 删除的服务, 停止了 …: what follows makes it a noun, an attribute or a past.
_NOT_AFTER = (
    "(?!(?:[的了过中]|时间|时刻|次数|数|记录|历史|状态|失败|成功|事件|日志|者|人员?|原因|操作|任务|情况|率|策略|按|最[^近新后老旧]|"
    "超过|在|列|找|显示|给我|排|查))"
)

_BARE = re.compile(rf"{_START}(?:{_POLITE}\s*)*(?P<verb>{_CHANGES}){_NOT_AFTER}")
_ASKED = re.compile(rf"{_START}(?:{_POLITE}\s*)+(?P<verb>{_CHANGES}|{_NOUN_TOO}){_NOT_AFTER}")
_TAKEN = re.compile(rf"(?:把|将)[^，。；！？,;!?]{{1,60}}?(?<![未没已无被有])(?P<verb>{_CHANGES}|{_NOUN_TOO}){_NOT_AFTER}")
_GIVEN = re.compile(rf"{_START}(?:{_POLITE}\s*)*(?:给|替|为)(?!我)[^，。；！？,;!?的没未]{{1,20}}?(?P<verb>{_CHANGES}){_NOT_AFTER}")
_DEPLOY = re.compile(rf"{_START}(?P<verb>{_NOUN_TOO})\s*(?:新版本|新的|一个|[a-z][\w.-]*\s*(?:服务|应用)?\s*(?:到|至|v?\d))", re.IGNORECASE)


def wished_change(question: str) -> str:
    """The verb as it was typed where the question asks to change something, else nothing."""
    if not has_han(question):
        return ""
    text = to_simplified(question)
    patterns = (_ASKED, _TAKEN, _DEPLOY) if _QUESTION.search(text) else (_ASKED, _TAKEN, _DEPLOY, _GIVEN, _BARE)
    found = next((match for pattern in patterns if (match := pattern.search(text))), None)
    return question[slice(*found.span("verb"))] if found else ""
