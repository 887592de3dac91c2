"""docs/host-app.md as a reader follows it: the ten minutes from nothing to a widget, and each example that mints.

    python embedding.py target/debug

The blocks are taken from the page as they stand there and run in an empty folder against a running stack.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from running import PATIENCE, running

ROOT = Path(__file__).resolve().parents[1]
KEYS = "2026-01:" + "bmV3" * 11 + ",older:" + "b2xk" * 11


def block(kind: str) -> str:
    """The one block of the page that is marked so."""
    text = (ROOT / "docs/host-app.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)
    return found


def app_of_the_guide() -> str:
    """The origin that the reader allows in the first step."""
    (found,) = re.findall(r"^ *cargo run -- --memory --set EMBED_ORIGINS=(\S+)$", (ROOT / "docs/host-app.md").read_text(encoding="utf-8"), re.MULTILINE)
    return found


def ask(url: str, token: str = "", form: str = "", origin: str = ""):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if origin:
        headers["origin"] = origin
    request = urllib.request.Request(url, form.encode() or None, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode()


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def sign_up(url: str) -> tuple[str, str]:
    form = b"name=Acme&full_name=Jo&email=jo@example.com"
    try:
        urllib.request.build_opener(Stay).open(f"{url}/organizations/new", form, timeout=PATIENCE)
    except urllib.error.HTTPError as answer:
        found = re.search(r"(org_[^.]*)\.(usr_[^.]*)", answer.headers["set-cookie"])
        return found.group(1), found.group(2)
    raise AssertionError("nobody was signed up")


def minted(folder: Path, url: str, org: str, person: str) -> None:
    """Each example mints a token that shows the widget."""
    examples = [("python mint", "mint.py", "python3"), ("javascript mint", "mint.mjs", "node"), ("php mint", "mint.php", "php")]
    for kind, name, program in examples:
        if not shutil.which(program):
            print(f"- {kind}: there is no {program} here")
            continue
        (folder / name).write_text(block(kind), encoding="utf-8")
        command = [program, str(folder / name), org, person]
        token = subprocess.run(command, env={**os.environ, "HOST_KEYS": KEYS}, capture_output=True, text=True, check=True).stdout.strip()
        status, headers, body = ask(f"{url}/onboarding/widget", token)
        assert status == 200 and "0 of 8 done" in body, f"{kind}: {status} {headers.get('www-authenticate')} {body}"
        status, headers, _ = ask(f"{url}/onboarding/widget", token[:-2])
        assert (status, "the embed token" in headers["www-authenticate"]) == (401, True), f"{kind}: half a signature is taken"
        print(f"✓ {kind}, as documented, shows the widget")


def ten_minutes(folder: Path, url: str, app_url: str, org: str, person: str) -> None:
    """The app of the guide serves a page and a token; the event of the guide ticks, and the page may read it."""

    def widget() -> str:
        status, headers, body = ask(f"{url}/onboarding/widget", token, origin=app_url)
        assert (status, headers["access-control-allow-origin"]) == (200, app_url), f"{status} {headers}"
        return body

    # The stack of this run stands elsewhere than the reader's.
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
        told = subprocess.run(["sh", "tell.sh", org, "project.created"], cwd=folder, env={**os.environ, "ONRAMP": url}, capture_output=True, text=True, check=True)
        assert json.loads(told.stdout) == {"results": [{"result": "ticked"}]}, told.stdout
        assert "1 of 8 done" in widget()
        print("✓ the ten minutes, as documented, end with a widget that ticks")
    finally:
        app.kill()


def main() -> int:
    binary = str(Path(sys.argv[1]) / "onramp")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with running([binary, "--memory", "--set", f"HOST_KEYS={KEYS}"], "/_local/health", folder / "log") as url:
            minted(folder, url, *sign_up(url))
        app_url = app_of_the_guide()
        with running([binary, "--memory", "--set", f"EMBED_ORIGINS={app_url}"], "/_local/health", folder / "log") as url:
            ten_minutes(folder, url, app_url, *sign_up(url))
    return 0


if __name__ == "__main__":
    sys.exit(main())
