"""A server of the checks: started on a free port, ready when it answers, stopped in the end."""

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


@contextmanager
def running(command: list[str], health: str, log: Path, folder: Path | None = None):
    """Starts `command --port …` and yields its address once the path `health` answers, with whatever status."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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
