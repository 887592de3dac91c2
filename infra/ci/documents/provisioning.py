"""Runs the endpoints in docs/integrate/provisioning.md, and the sample host app, against `onramp try-endpoint`.

    target/ci/venv/bin/python -m infra.ci.documents.provisioning target/debug/onramp target/ci/node

Each endpoint must pass every check, and must fail with another secret. With the one in Python, an
organization of a running stack must become ready.
"""

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from infra.ci.documents.webhooks import SIGN_UP, get, post
from infra.ci.running import TIMEOUT, free_port, responds, running

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs/integrate/provisioning.md"
SECRET = "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA="
API_KEY = "local.local-api-key-0123456789abcdef0123456789"
OTHER_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TRANSPILE = """
const {transpileModule} = require('typescript')
const {readFileSync, writeFileSync} = require('node:fs')
const source = readFileSync('app.ts', 'utf8')
writeFileSync('app.mjs', transpileModule(source, {compilerOptions: {module: 'esnext', target: 'es2022'}}).outputText)"""


def example(kind: str) -> str:
    """Returns the only code block of a kind in the guide."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"the guide has {len(found)} blocks of {kind}"
    return found[0]


@contextlib.contextmanager
def serving(command: list[str], port: int, database: Path, folder: Path):
    """Starts an endpoint and yields its URL."""
    environment = {**os.environ, "PORT": str(port), "HOST_WEBHOOK_SECRET": SECRET, "DATABASE": str(database)}
    log = folder / "endpoint.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=out, stderr=out)
    try:
        end = time.monotonic() + TIMEOUT
        # Without a signature, an endpoint responds 400 or 405. That shows that it has started.
        while not responds(f"http://localhost:{port}/onramp/webhooks"):
            assert process.poll() is None and time.monotonic() < end, log.read_text(errors="replace")
            time.sleep(0.05)
        yield f"http://localhost:{port}/onramp/webhooks"
    except BaseException:
        print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait()


def check(program: str, name: str, url: str):
    def tried(secret: str) -> subprocess.CompletedProcess:
        command = [program, "try-endpoint", "--url", url]
        environment = {**os.environ, "HOST_WEBHOOK_SECRET": secret, "NO_COLOR": "1"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False)

    done = tried(SECRET)
    assert done.returncode == 0, f"{name}:\n{done.stdout}{done.stderr}"
    passed = done.stdout.count("✓")
    assert passed > 10, done.stdout
    done = tried(OTHER_SECRET)
    assert done.returncode == 1 and "✗ correct call" in done.stdout, f"{name}:\n{done.stdout}{done.stderr}"
    print(f"✓ {name}: passes {passed} checks of try-endpoint, and fails with another secret")


def becomes_ready(onramp: str):
    """Signs up, and waits until the organization is ready."""
    status, body = post(f"{onramp}/organizations/new", json.dumps(SIGN_UP).encode(), {"content-type": "application/json"})
    assert status in {200, 303}, body
    request = urllib.request.Request(f"{onramp}/api/v1/organizations", headers={"authorization": f"Bearer {API_KEY}"})
    end = time.monotonic() + TIMEOUT
    while True:
        [organization] = get(request)["organizations"]
        if organization["provisioning"]["state"] == "ready":
            break
        assert time.monotonic() < end, organization["provisioning"]
        time.sleep(0.1)
    assert [step["state"] for step in organization["provisioning"]["steps"]] == ["done"], organization


def main():
    program, node = (str(Path(name).resolve()) for name in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, file in (("python", "app.py"), ("ts", "app.ts"), ("php", "app.php")):
            (folder / file).write_text(example(kind), encoding="utf-8")
        (folder / "node_modules").symlink_to(Path(node) / "node_modules")
        subprocess.run(["node", "-e", TRANSPILE], cwd=folder, check=True)
        with contextlib.closing(sqlite3.connect(folder / "app.db")) as db:
            db.executescript(example("sql"))
        port = free_port()
        python = [sys.executable, "app.py"]
        for title, command, database in (
            ("Python", python, "app.db"),
            ("TypeScript", ["node", "app.mjs"], "none"),
            ("PHP", ["php", "-S", f"localhost:{port}", "app.php"], "app.json"),
        ):
            with serving(command, port, folder / database, folder) as url:
                check(program, title, url)
        steps = ["--set", "PROVISIONING_STEPS=workspace"]
        with serving(python, port, folder / "app.db", folder) as url:
            stack = [program, "--memory", *steps, "--set", f"HOST_WEBHOOK_URL={url}"]
            with running(stack, "/_local/health", folder / "onramp.log") as onramp:
                becomes_ready(onramp)
        with running([program, "--memory", *steps, "--host-app"], "/_local/health", folder / "onramp.log") as onramp:
            # The sample host app uses the second port after Onramp's own.
            port = int(onramp.rpartition(":")[2]) + 2
            check(program, "Sample host app", f"http://localhost:{port}/onramp/webhooks")
        with contextlib.closing(sqlite3.connect(folder / "app.db")) as db:
            # try-endpoint removes its tenants.
            assert db.execute("SELECT name FROM tenants").fetchall() == [("Acme",)]


if __name__ == "__main__":
    main()
