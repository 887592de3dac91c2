"""Starts a server on a free port, waits until it responds, and stops it at the end."""

import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

# Seconds. The servers start within a second, but the machine may be busy with a build.
TIMEOUT = 30
# Below the ports that operating systems use for outgoing connections (Linux: from 32768). Such a
# connection could take the port between the check and the server's start.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Returns the first of three adjacent free ports. The local stack also uses the two ports after
    its own.
    """
    while True:
        port = random.choice(PORTS)
        if all(free(port + further) for further in range(3)):
            return port


def free(port: int) -> bool:
    with socket.socket() as listener:
        # Servers set this option too: a recently closed connection must not block the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextmanager
def running(command: list[str], health: str, log: Path, folder: Path | None = None):
    """Starts `command --port …` and yields its URL as soon as the path `health` responds with any
    status.
    """
    process, url = start(command, health, log, folder)
    try:
        yield url
    finally:
        process.terminate()
        process.wait()


def start(command: list[str], health: str, log: Path, folder: Path | None = None) -> tuple[subprocess.Popen, str]:
    """Starts a server like `running`. Returns its process and its URL. The caller stops the process."""
    port = free_port()
    url = f"http://localhost:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--port", str(port)], stdout=out, stderr=subprocess.STDOUT, cwd=folder)
    end = time.monotonic() + TIMEOUT
    while not responds(url + health):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            process.wait()
            sys.exit(f"{command[0]} was not ready within {TIMEOUT} s\n{log.read_text(errors='replace')}")
        time.sleep(0.05)
    return process, url


def responds(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
