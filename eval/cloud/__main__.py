"""`python -m eval.cloud`: serves a filled moto until it is told to stop. moto's settings are its environment's, read at import.

Prints `ready http://127.0.0.1:PORT` once it accepts connections.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
from werkzeug.test import Client

from eval.cloud.access import write_profiles
from eval.cloud.faults import FaultMiddleware
from eval.cloud.fleet import fleet
from eval.cloud.seed import seed_cloud


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves as the command line says. A wrong argument ends it with status 2 and a message, as argparse does."""
    parser = argparse.ArgumentParser(prog="python -m eval.cloud", description="A simulated AWS account on loopback.")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    parser.add_argument("--credentials", type=Path, required=True, metavar="FILE", help="gets the profiles; exists, and is yours alone")
    parser.add_argument("--now", type=datetime.fromisoformat, required=True, help="instant of the newest datapoints, with an offset")
    parser.add_argument("--seed", type=int, default=7, help="another number gives another fleet")
    options = parser.parse_args(arguments)
    app = DomainDispatcherApplication(create_backend_app)
    control = Client(app)
    cloud = mock_aws()
    cloud.start()
    # Keys come before the seed is set, or everybody could work them out.
    write_profiles(options.credentials)
    control.post(f"/moto-api/seed?a={options.seed}")
    seed_cloud(fleet(options.seed), options.now)
    cloud.stop(remove_data=False)
    control.post("/moto-api/reset-auth", data="0", content_type="text/plain")
    server = make_server("127.0.0.1", options.port, FaultMiddleware(app), threaded=True)
    print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
