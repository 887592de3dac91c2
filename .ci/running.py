"""A server of the checks: started on a free port, ready when it answers, stopped in the end."""

import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

# Both servers are up in a second; this is the patience for a machine that is busy with a build.
PATIENCE = 30
# Below what Linux (32768) and the others give to outgoing connections: one of those may take a port at any moment between
# the look whether it is free and the server's start.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """The first of three ports that nobody listens on: the local stack takes those after its own for its neighbours."""
    while True:
        port = random.choice(PORTS)
        if all(free(port + further) for further in range(3)):
            return port


def free(port: int) -> bool:
    with socket.socket() as listener:
        # As servers do: a connection that has just ended does not keep its port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextmanager
def running(command: list[str], health: str, log: Path, folder: Path | None = None):
    """Starts `command --port …` and yields its address once the path `health` answers, with whatever status."""
    port = free_port()
    url = f"http://localhost:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--port", str(port)], stdout=out, stderr=subprocess.STDOUT, cwd=folder)
    try:
        end = time.monotonic() + PATIENCE
        while not answers(url + health):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{command[0]} was not ready in {PATIENCE} s\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
