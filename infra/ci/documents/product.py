"""Runs the code of docs/integrate/server-api.md in two products with their own users and sign-in.

    target/ci/venv/bin/python -m infra.ci.documents.product target/debug/onramp target/ci/node

The Flask product in infra/ci/product joins Onramp with at most 60 lines of the guide. People sign up
there and press every link in Chromium. The handlers for Next.js run in Node. Both products must know the
state of every organization, from webhooks and after a repair.
"""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from infra.ci.documents.embedding import NoRedirect, ask
from infra.ci.product import app_database
from infra.ci.running import TIMEOUT, free_port, responds, running

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs/integrate/server-api.md"
PRODUCT = ROOT / "infra/ci/product"
MAX_LINES = 60
KEYS = {
    "ONRAMP_API_KEY": "local.local-api-key-0123456789abcdef0123456789",
    "HOST_KEYS": "local:dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5",
    "HOST_WEBHOOK_SECRET": "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA=",
}


def code(kind: str) -> str:
    """Returns the code of all blocks of a kind in the guide, in the order of the page."""
    blocks = re.findall(rf"^```{re.escape(kind)}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks, f"the guide has no block of {kind}"
    return "\n".join(blocks)


def lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def send(url: str, method: str = "GET", body: dict | None = None, headers: dict | None = None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})}, method=method)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        text = response.read()
        return json.loads(text) if text else None


class Check:
    """A product next to a stack."""

    def __init__(self, program: str, folder: Path):
        self.program, self.folder = program, folder
        self.product = f"http://localhost:{free_port()}"

    @contextlib.contextmanager
    def joined(self, command: list[str]):
        """Starts the stack and the product."""
        os.environ["DATABASE"] = str(self.folder / f"{command[0]}.db".replace("/", "-"))
        app_database.create(code("sql").strip())
        settings = {
            "APP_URL": self.product,
            "EMBED_ORIGINS": self.product,
            "HOST_SIGNING_KEYS": "",
            "HOST_WEBHOOK_URL": f"{self.product}/onramp/webhooks",
        }
        stack = [self.program, "--memory", *(part for name, value in settings.items() for part in ("--set", f"{name}={value}"))]
        with running(stack, "/_local/health", self.folder / "onramp.log") as self.onramp:
            environment = {**os.environ, **KEYS, "ONRAMP": self.onramp, "APP_URL": self.product}
            with (self.folder / "product.log").open("wb") as log:
                process = subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log)
            try:
                end = time.monotonic() + TIMEOUT
                while not responds(f"{self.product}/states"):
                    assert process.poll() is None and time.monotonic() < end, (self.folder / "product.log").read_text()
                    time.sleep(0.05)
                yield
            except BaseException:
                print((self.folder / "product.log").read_text(errors="replace")[-4000:], file=sys.stderr)
                raise
            finally:
                process.terminate()
                process.wait()

    def api(self, path: str, method: str = "GET", body: dict | None = None):
        return send(f"{self.onramp}/api/v1{path}", method, body, {"authorization": f"Bearer {KEYS['ONRAMP_API_KEY']}"})

    def change(self):
        """Changes each organization: its name, a task, and its plan."""
        for organization in send(f"{self.onramp}/_local/organizations"):
            detail = {"organization_id": organization["id"]}
            self.api(f"/organizations/{organization['id']}", "PATCH", {"name": f"{organization['name']} & Sons"})
            send(f"{self.onramp}/_local/events", "POST", {"source": "timetracker", "detail-type": "project.created", "detail": detail})
            for kind in ("checkout.session.completed", "customer.subscription.created", "invoice.paid"):
                send(f"{self.onramp}/_local/stripe/events", "POST", {"type": kind, **detail})
        send(f"{self.onramp}/_local/settle", "POST")

    def compare(self, count: int, *, exactly: bool):
        """Compares the product's states with those of the API. A write that changes nothing visible sends no
        webhook, so its version is only known after a repair.
        """
        states = send(f"{self.product}/states")
        ids = [organization["id"] for organization in send(f"{self.onramp}/_local/organizations")]
        assert len(ids) == count, ids
        expected = {organization: self.api(f"/organizations/{organization}") for organization in ids}
        for state in [*states.values(), *expected.values()]:
            if not exactly:
                state["version"] = state["updated_at"] = None
        assert states == expected, f"{json.dumps(states, indent=1)}\n{json.dumps(expected, indent=1)}"

    def synchronized(self, count: int):
        """The product follows every change, and a repair restores an empty table."""
        self.change()
        calls = send(f"{self.onramp}/_local/webhooks")
        events = {event["detail"]["id"] for event in send(f"{self.onramp}/_local/events") if event["source"] == "onramp"}
        assert {call["id"] for call in calls if call["status"] == 204} == events, calls
        self.compare(count, exactly=False)
        assert all(state["plan"] and state["name"].endswith(" & Sons") for state in send(f"{self.product}/states").values())
        with contextlib.closing(sqlite3.connect(os.environ["DATABASE"])) as db, db:
            db.execute("DELETE FROM organizations")
        send(f"{self.product}/repair", "POST")
        self.compare(count, exactly=True)
        return len(calls)


def flask(program: str, folder: Path):
    integration, embed = code("python onramp"), code("html embed")
    total = lines(integration) + lines(embed)
    assert total <= MAX_LINES, f"the guide has {total} lines for Flask, more than {MAX_LINES}"
    for name in ("app.py", "app_database.py"):
        shutil.copy(PRODUCT / name, folder)
    (folder / "onramp.py").write_text(integration, encoding="utf-8")
    check = Check(program, folder)
    with check.joined([sys.executable, "app.py"]):
        (folder / "embed.html").write_text(embed.replace("http://localhost:8484", check.onramp), encoding="utf-8")
        subprocess.run(["node", ROOT / "infra/browser/product.mjs", check.onramp, check.product], check=True)
        count = check.synchronized(2)
    print(f"✓ Flask: {total} lines of the guide join a product, which keeps the state of {count} webhooks")


TRANSPILE = """
const {transpileModule} = require('typescript')
const {readFileSync, writeFileSync} = require('node:fs')
for (const name of ['onramp', 'session', 'database']) {
  const source = readFileSync(name + '.ts', 'utf8')
  writeFileSync(name + '.js', transpileModule(source, {compilerOptions: {module: 'commonjs', target: 'es2022'}}).outputText)
}"""


def next_js(program: str, folder: Path, node: Path):
    integration, embed = code("ts onramp"), code("html embed")
    total = lines(integration) + lines(embed)
    assert total <= MAX_LINES + 10, f"the guide has {total} lines for Next.js"
    for name in ("session.ts", "database.ts", "server.mjs"):
        shutil.copy(PRODUCT / name, folder)
    (folder / "onramp.ts").write_text(integration, encoding="utf-8")
    (folder / "node_modules").symlink_to(node / "node_modules")
    subprocess.run(["node", "-e", TRANSPILE], cwd=folder, check=True)
    check = Check(program, folder)
    with check.joined(["node", "server.mjs"]):
        person = {"company": "Initech", "name": "Bo Poe", "email": "bo@initech.example"}
        cookie = {"cookie": f"session={send(f'{check.product}/sign-up', 'POST', person)['session']}"}
        token = send(f"{check.product}/onramp-token", headers=cookie)["token"]
        status, _, widget = ask(f"{check.onramp}/onboarding/widget", token)
        assert (status, "0 of 8 done" in widget) == (200, True), widget
        url = send(f"{check.product}/onramp-portal", "POST", {"page": "checklist"}, cookie)["url"]
        try:
            urllib.request.build_opener(NoRedirect).open(url, timeout=TIMEOUT)
        except urllib.error.HTTPError as opened:
            opened.close()
            signed_in = (opened.code, opened.headers["location"], "set-cookie" in opened.headers)
        assert signed_in == (303, "/onboarding/checklist", True), signed_in
        for path, body in (("/onramp-token", None), ("/onramp-portal", {"page": "checklist"})):
            status, _, _ = ask(check.product + path, form=json.dumps(body) if body else "")
            assert status == 401, f"{path} without a session: {status}"
        status, _, _ = ask(f"{check.product}/onramp/webhooks", form="{}")
        assert status == 400, f"a webhook without a signature: {status}"
        count = check.synchronized(1)
    print(f"✓ Next.js: {total} lines of the guide join a product, which keeps the state of {count} webhooks")


def main():
    program, node = (Path(name).resolve() for name in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as name:
        for kind, run in (("flask", flask), ("next", lambda *given: next_js(*given, node))):
            folder = Path(name) / kind
            folder.mkdir()
            run(str(program), folder)


if __name__ == "__main__":
    main()
