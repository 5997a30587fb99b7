"""The sandbox in one run with its peers: fresh runs, throughput, memory, calls, stopping, and what the walls cost."""

from eval.bench.sandbox.area import run as run
