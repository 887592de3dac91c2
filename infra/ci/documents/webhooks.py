"""Runs the consumers in docs/integrate/events.md against a running stack.

    target/ci/venv/bin/python -m infra.ci.documents.webhooks target/debug/onramp target/ci/node

Two consumers use the official libraries of Standard Webhooks. Each must know the newest state of an
organization after a sign-up, and reject a webhook with another signature. The shell script must
accept and reject the same webhooks.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from standardwebhooks import Webhook

from infra.ci.running import TIMEOUT, free_port, responds, running

ROOT = Path(__file__).resolve().parents[3]
SECRET = "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA="
OTHER_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGN_UP = {"name": "Acme", "full_name": "Zoë Søn", "email": "zoe@example.com"}


def example(kind: str) -> str:
    """Returns the code block of a kind in the guide."""
    page = (ROOT / "docs/integrate/events.md").read_text(encoding="utf-8")
    found = re.findall(rf"^```{re.escape(kind)}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"the guide has {len(found)} blocks of {kind}"
    return found[0]


def post(url: str, body: bytes, headers: dict | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, headers or {}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def get(url: str):
    with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
        return json.load(response)


def signed(body: bytes, secret: str, ago: int = 0) -> dict[str, str]:
    """Returns the headers of a webhook that the official library signed."""
    now = time.time() - ago
    signature = Webhook(secret).sign("org_1/9/0", datetime.fromtimestamp(int(now), UTC), body.decode())
    return {"webhook-id": "org_1/9/0", "webhook-timestamp": str(int(now)), "webhook-signature": signature}


@contextlib.contextmanager
def consumer(command: list[str], folder: Path):
    """Starts a consumer and yields its URL."""
    url = f"http://localhost:{free_port()}"
    environment = {**os.environ, "PORT": url.rpartition(":")[2], "HOST_WEBHOOK_SECRET": SECRET}
    with (folder / "consumer.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        end = time.monotonic() + TIMEOUT
        while not responds(f"{url}/organizations"):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit((folder / "consumer.log").read_text(errors="replace"))
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def check_consumer(name: str, command: list[str], program: str, folder: Path):
    with consumer(command, folder) as url:
        stack = [program, "--memory", "--set", f"HOST_WEBHOOK_URL={url}/onramp/webhooks"]
        with running(stack, "/_local/health", folder / "onramp.log") as onramp:
            status, body = post(f"{onramp}/organizations/new", json.dumps(SIGN_UP).encode(), {"content-type": "application/json"})
            assert status in {200, 303}, body
            post(f"{onramp}/_local/settle", b"")
            calls = get(f"{onramp}/_local/webhooks")
            assert calls and all(call["status"] == 204 for call in calls), calls
            [state] = get(f"{url}/organizations").values()
            versions = [event["detail"]["organization"]["version"] for event in get(f"{onramp}/_local/events") if event["source"] == "onramp"]
            assert (state["name"], state["version"]) == ("Acme", max(versions)), state
        body = json.dumps({"type": "x", "data": {"organization": {"id": "org_1", "version": 1}}}).encode()
        for headers, expected in verdicts(body):
            status, _ = post(f"{url}/onramp/webhooks", body, {**headers, "content-type": "application/json"})
            assert (status == 204) == expected, f"{name}: {headers}: {status}"
    print(f"✓ {name}: keeps the newest state, and checks signatures")


def verdicts(body: bytes) -> list[tuple[dict, bool]]:
    """Returns headers, each with whether a consumer must accept the body with them."""
    good = signed(body, SECRET)
    both = {**good, "webhook-signature": f"{signed(body, OTHER_SECRET)['webhook-signature']} {good['webhook-signature']}"}
    return [
        (good, True),
        (both, True),
        (signed(body, OTHER_SECRET), False),
        (signed(body, SECRET, ago=400), False),
        ({**good, "webhook-id": "org_1/9/1"}, False),
        ({**good, "webhook-signature": "v1,"}, False),
    ]


def check_script(folder: Path):
    script = folder / "check.sh"
    script.write_text(example("sh check"), encoding="utf-8")
    body = '{"type": "x", "name": "Zoë"}'.encode()
    for headers, expected in verdicts(body):
        variables = {name.upper().replace("-", "_"): value for name, value in headers.items()}
        environment = {**os.environ, **variables, "HOST_WEBHOOK_SECRET": SECRET}
        done = subprocess.run(["sh", script], input=body, env=environment, check=False, capture_output=True)
        assert (done.returncode == 0) == expected, f"{headers}: {done.stderr.decode()}"
    print("✓ shell: checks signatures")


def main():
    program, node = (str(Path(name).resolve()) for name in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "app.py").write_text(example("python"), encoding="utf-8")
        (folder / "app.mjs").write_text(example("js"), encoding="utf-8")
        (folder / "node_modules").symlink_to(Path(node) / "node_modules")
        check_script(folder)
        check_consumer("Python", [sys.executable, "app.py"], program, folder)
        check_consumer("JavaScript", ["node", "app.mjs"], program, folder)


if __name__ == "__main__":
    main()
