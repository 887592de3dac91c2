"""Runs MiniStack, a second implementation of AWS, with the adapters that the template needs.

    target/ci/rehearsal/bin/python -m infra.ci.rehearsal.server --port 21000

It listens only on loopback. The port accepts calls to AWS. The next one serves the API under its
default address, and the one after that under the custom domain. So a client needs no DNS.
"""

import argparse
import asyncio
import os
import signal
import shutil
import sys
from pathlib import Path

# MiniStack unpacks the functions here.
FOLDER = Path(__file__).resolve().parents[3] / "target/ci/rehearsal/tmp"
DOMAIN = "onramp.rehearsal.test"


def serve(port: int) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    # MiniStack reads these when it is imported. The functions inherit the endpoint.
    os.environ |= {
        "GATEWAY_PORT": str(port),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "TMPDIR": str(FOLDER),
        "DOCKER_HOST": "unix:///nonexistent",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    from hypercorn.asyncio import serve as listen
    from hypercorn.config import Config
    from infra.ci.rehearsal import adapters
    from ministack.app import app
    from ministack.services import apigateway

    for gap in adapters.install():
        print(f"gap: {gap}", flush=True)

    async def addressed(scope: dict, receive, send) -> None:
        """Replaces the header `host` of requests to the API."""
        at = scope["server"][1] - port if scope["type"] == "http" else 0
        if at:
            name = next((key[-1] for key, _ in apigateway._apis.all_items()), "none")
            host = DOMAIN if at == 2 else f"{name}.execute-api.localhost"
            headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope = {**scope, "headers": [(b"host", host.encode()), *headers]}
        await app(scope, receive, send)

    config = Config()
    config.bind = [f"127.0.0.1:{port + further}" for further in range(3)]
    config.loglevel = "WARNING"
    asyncio.run(listen(addressed, config, shutdown_trigger=asyncio.Event().wait))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    # The functions are children of this process. There is nothing to save, so a signal ends all of
    # them at once.
    os.setpgrp()
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    serve(port)


if __name__ == "__main__":
    sys.exit(main())
