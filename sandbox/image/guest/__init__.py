"""The interpreter's side of the wall: runs one job and reports.

Everything here is baked into the image, so imports happen while it is built and never again. Nothing in here is trusted to
keep a secret or to hold a line: generated code shares the interpreter with it. The walls are the isolate's, not Python's.
"""

from guest import tls

tls.pretend()

from guest.app import WitWorld  # noqa: E402  boto3 is imported by it

__all__ = ["WitWorld"]
