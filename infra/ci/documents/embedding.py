"""Follows docs/host-app.md: the ten-minute guide to a widget, and each example that creates an
embed token or asks for a portal link.

    python -m infra.ci.documents.embedding target/debug

The check extracts the code blocks from the page and runs them in an empty folder against a running
stack.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from infra.ci.running import TIMEOUT, running

ROOT = Path(__file__).resolve().parents[3]
KEYS = "2026-01:" + "bmV3" * 11 + ",older:" + "b2xk" * 11


def block(kind: str) -> str:
    """Returns the only code block of this kind in the page."""
    text = (ROOT / "docs/host-app.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)
    return found


def app_of_the_guide() -> str:
    """Returns the origin that the reader allows in the first step."""
    (found,) = re.findall(r"^ *cargo run -- --memory --set EMBED_ORIGINS=(\S+)$", (ROOT / "docs/host-app.md").read_text(encoding="utf-8"), re.MULTILINE)
    return found


def ask(url: str, token: str = "", form: str = "", origin: str = ""):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if origin:
        headers["origin"] = origin
    request = urllib.request.Request(url, form.encode() or None, headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def sign_up(url: str) -> tuple[str, str]:
    form = b"name=Acme&full_name=Jo&email=jo@example.com"
    try:
        urllib.request.build_opener(NoRedirect).open(f"{url}/organizations/new", form, timeout=TIMEOUT)
    except urllib.error.HTTPError as response:
        found = re.search(r"(org_[^.]*)\.(usr_[^.]*)", response.headers["set-cookie"])
        return found.group(1), found.group(2)
    raise AssertionError("the sign-up did not redirect")


def minted(folder: Path, url: str, org: str, person: str) -> None:
    """Each example creates a token that opens the widget."""
    examples = [("python mint", "mint.py", "python3"), ("javascript mint", "mint.mjs", "node"), ("php mint", "mint.php", "php")]
    for kind, name, program in examples:
        if not shutil.which(program):
            print(f"- {kind}: skipped, {program} is not installed")
            continue
        (folder / name).write_text(block(kind), encoding="utf-8")
        command = [program, str(folder / name), org, person]
        token = subprocess.run(command, env={**os.environ, "HOST_KEYS": KEYS}, capture_output=True, text=True, check=True).stdout.strip()
        status, headers, body = ask(f"{url}/onboarding/widget", token)
        assert status == 200 and "0 of 8 done" in body, f"{kind}: {status} {headers.get('www-authenticate')} {body}"
        status, headers, _ = ask(f"{url}/onboarding/widget", token[:-2])
        assert (status, "the embed token" in headers["www-authenticate"]) == (401, True), f"{kind}: a truncated signature was accepted"
        print(f"✓ {kind}: the documented example opens the widget")


class PortalLinks(BaseHTTPRequestHandler):
    """Stands in for the server API. It returns a link that contains the request."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = [self.path, self.headers["authorization"], self.headers["content-type"], body]
        self.send_response(201)
        self.end_headers()
        self.wfile.write(json.dumps({"url": json.dumps(asked)}).encode())

    def log_message(self, *_):
        pass


def linked(folder: Path) -> None:
    """Each example asks for a portal link as the server API expects it."""
    server = HTTPServer(("127.0.0.1", 0), PortalLinks)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {"ONRAMP": f"http://127.0.0.1:{server.server_port}", "ONRAMP_API_KEY": "local.secret", "RETURN_URL": "https://app.example.com/"}
    body = {"user": "usr_1", "page": "plans", "return_url": settings["RETURN_URL"]}
    expected = ["/api/v1/organizations/ext%3Aacme%2F1/portal-links", "Bearer local.secret", "application/json", body]
    for kind, name, program in [("python portal", "portal.py", "python3"), ("javascript portal", "portal.mjs", "node"), ("php portal", "portal.php", "php")]:
        if not shutil.which(program):
            print(f"- {kind}: skipped, {program} is not installed")
            continue
        (folder / name).write_text(block(kind), encoding="utf-8")
        command = [program, str(folder / name), "ext:acme/1", "usr_1", "plans"]
        asked = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=True).stdout
        assert json.loads(asked) == expected, f"{kind}: {asked}"
        print(f"✓ {kind}: the documented example asks for a portal link")
    server.shutdown()


def ten_minutes(folder: Path, url: str, app_url: str, org: str, person: str) -> None:
    """The guide's app serves a page and a token. The guide's event completes a task, and the page
    may read the widget.
    """

    def widget() -> str:
        status, headers, body = ask(f"{url}/onboarding/widget", token, origin=app_url)
        assert (status, headers["access-control-allow-origin"]) == (200, app_url), f"{status} {headers}"
        return body

    # The stack of this check has another address than the reader's.
    (folder / "app.py").write_text(block("python app").replace("http://localhost:8484", url), encoding="utf-8")
    (folder / "tell.sh").write_text(block("sh tell"), encoding="utf-8")
    app = subprocess.Popen([sys.executable, "app.py", f"{org}.{person}"], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                page = ask(app_url)[2]
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        script = re.search(r'src="([^"]+)"', page).group(1)
        status, headers, _ = ask(script)
        assert (status, headers["cross-origin-resource-policy"]) == (200, "cross-origin"), script
        token = json.loads(ask(f"{app_url}/onramp-token")[2])["token"]
        assert "0 of 8 done" in widget()
        sent = subprocess.run(["sh", "tell.sh", org, "project.created"], cwd=folder, env={**os.environ, "ONRAMP": url}, capture_output=True, text=True, check=True)
        assert json.loads(sent.stdout) == {"results": [{"result": "ticked"}]}, sent.stdout
        assert "1 of 8 done" in widget()
        print("✓ the ten-minute guide ends with a widget that shows the completed task")
    finally:
        app.kill()


def main() -> int:
    binary = str(Path(sys.argv[1]) / "onramp")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        linked(folder)
        with running([binary, "--memory", "--set", f"HOST_KEYS={KEYS}"], "/_local/health", folder / "log") as url:
            minted(folder, url, *sign_up(url))
        app_url = app_of_the_guide()
        with running([binary, "--memory", "--set", f"EMBED_ORIGINS={app_url}"], "/_local/health", folder / "log") as url:
            ten_minutes(folder, url, app_url, *sign_up(url))
    return 0


if __name__ == "__main__":
    sys.exit(main())
