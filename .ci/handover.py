"""The examples of docs/host-app.md, run as they stand there, as judges of our passes.

    python handover.py target/debug

A pass made by a running stack must be taken by each example, and everything else must be refused by each.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from running import PATIENCE, running

ROOT = Path(__file__).resolve().parents[1]
KEYS = "new:" + "bmV3" * 11 + ",old:" + "b2xk" * 11


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are looked at and not followed."""

    def redirect_request(self, *_):
        return None


def post(url: str, path: str, form: dict, cookie: str = ""):
    headers = {"cookie": cookie} if cookie else {}
    request = urllib.request.Request(url + path, urllib.parse.urlencode(form).encode(), headers, method="POST")
    try:
        return urllib.request.build_opener(Stay).open(request, timeout=PATIENCE)
    except urllib.error.HTTPError as answer:
        return answer


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def mint(claims: dict, kid: str = "new", alg: str = "HS256", secret: str | None = None) -> str:
    secret = secret or dict(key.split(":") for key in KEYS.split(","))[kid]
    parts = [encode(json.dumps(part).encode()) for part in ({"alg": alg, "kid": kid, "typ": "JWT"}, claims)]
    key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return ".".join([*parts, encode(hmac.new(key, ".".join(parts).encode(), hashlib.sha256).digest())])


def passes(token: str) -> list[tuple[str, str, bool]]:
    """What is brought, and whether it opens the door."""
    header, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    now = int(time.time())
    unsigned = encode(json.dumps({"alg": "none", "kid": "new"}).encode())
    return [
        ("a pass of Onramp's", token, True),
        ("one of the key that goes", mint(claims, kid="old"), True),
        ("one that was made a moment ahead", mint({**claims, "iat": now + 2}), True),
        ("one that is over", mint({**claims, "iat": now - 70, "exp": now - 10}), False),
        ("one of tomorrow", mint({**claims, "iat": now + 86400, "exp": now + 86460}), False),
        ("one for another app", mint({**claims, "aud": "https://elsewhere.example"}), False),
        ("one from elsewhere", mint({**claims, "iss": "https://elsewhere.example"}), False),
        ("an unknown key", mint(claims, kid="other", secret="A" * 43), False),
        ("another secret", mint(claims, secret="A" * 43), False),
        ("other claims under its signature", f"{header}.{encode(json.dumps({**claims, 'role': 'admin', 'sub': 'x'}).encode())}.{signature}", False),
        ("no signature", f"{header}.{body}.", False),
        ("the algorithm none", f"{unsigned}.{body}.", False),
        ("another algorithm, rightly signed", mint(claims, alg="HS512"), False),
        ("half a pass", f"{header}.{body}", False),
        ("nonsense", "nonsense", False),
        ("nothing", "", False),
    ]


def examples(folder: Path, built: Path) -> dict[str, list[str]]:
    """How each example is run. Rust's is built from a file that the tests hold against the page."""
    text = (ROOT / "docs/host-app.md").read_text(encoding="utf-8")
    commands = {"rust": [str(built / "examples/verify_pass")]}
    for language, name, program in (("python", "verify.py", "python3"), ("javascript", "verify.mjs", "node")):
        (block,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
        (folder / name).write_text(block, encoding="utf-8")
        commands[language] = [program, str(folder / name)]
    return commands


def main() -> int:
    built, faults = Path(sys.argv[1]), 0
    with tempfile.TemporaryDirectory() as folder:
        log, app = Path(folder) / "onramp", "https://app.example.com"
        command = [str(built / "onramp"), "--memory", "--set", f"APP_URL={app}/start", "--set", f"HOST_SIGNING_KEYS={KEYS}"]
        with running(command, "/_local/health", log) as url:
            jo = {"name": "Łódź & Søn", "full_name": "Zoë 株式", "email": "jo@example.com"}
            cookie = post(url, "/organizations/new", jo).headers["set-cookie"].split(";")[0]
            location = post(url, "/handover", {}, cookie).headers["location"]
            assert location.startswith(f"{app}/start/?token="), location
            token = location.partition("?token=")[2]
            surroundings = {**os.environ, "HOST_SIGNING_KEYS": KEYS, "ISSUER": url, "AUDIENCE": app}
            for language, command in examples(Path(folder), built).items():
                for name, brought, good in passes(token):
                    run = subprocess.run(command, input=brought, env=surroundings, capture_output=True, text=True, check=False)
                    claims = json.loads(run.stdout) if run.returncode == 0 else {}
                    taken = bool(claims)
                    if taken != good or (good and (claims["name"], claims["organization_name"]) != (jo["full_name"], jo["name"])):
                        print(f"✗ {language}: {name}: {'taken' if taken else 'refused'}\n{run.stdout}{run.stderr}")
                        faults += 1
                print(f"{'✗' if faults else '✓'} {language}, as documented, judges {len(passes(token))} passes")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
