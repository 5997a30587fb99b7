"""The state machine and its nodes, the engines that write tools, and the code generator.

Belongs here: understanding, planning, writing, and answering. Only this room imports langgraph and langchain.
Banned from here: knowledge of one vendor's operations, and any effect that does not come through a dependency.
"""
