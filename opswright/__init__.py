"""The edge: settings, secrets, the database, wiring, the command line and the HTTP API.

Belongs here: what knows the machine, the environment and all the rooms at once. The one package that a wheel installs.
Banned from here: decisions about questions, tools and answers; those are the rooms'.

The rooms are flat packages with everyday names (`agents`, `eval`, …), which must not be spread over a site-packages folder
where others of the same name live. In a wheel they lie under `_bundle`, in a checkout beside this package; importing
`opswright` puts that folder first on `sys.path`, so that the names mean ours.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent

IS_INSTALLED = (_HERE / "_bundle").is_dir()
"""Whether this is an installed wheel rather than a checkout."""

ROOT = _HERE / "_bundle" if IS_INSTALLED else _HERE.parent
"""The folder of the rooms."""

if sys.path[:1] != [str(ROOT)]:
    sys.path.insert(0, str(ROOT))
