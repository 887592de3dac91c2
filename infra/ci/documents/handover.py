"""Runs the examples in docs/host-app.md that verify handoff tokens.

    python -m infra.ci.documents.handover target/debug

Each example must accept a token of a running stack and reject every invalid token.
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

from infra.ci.running import TIMEOUT, running

ROOT = Path(__file__).resolve().parents[3]
KEYS = "new:" + "bmV3" * 11 + ",old:" + "b2xk" * 11


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Returns redirects to the caller instead of following them."""

    def redirect_request(self, *_):
        return None


def post(url: str, path: str, form: dict, cookie: str = ""):
    headers = {"cookie": cookie} if cookie else {}
    request = urllib.request.Request(url + path, urllib.parse.urlencode(form).encode(), headers, method="POST")
    try:
        return urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as response:
        return response


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def mint(claims: dict, kid: str = "new", alg: str = "HS256", secret: str | None = None) -> str:
    secret = secret or dict(key.split(":") for key in KEYS.split(","))[kid]
    parts = [encode(json.dumps(part).encode()) for part in ({"alg": alg, "kid": kid, "typ": "JWT"}, claims)]
    key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return ".".join([*parts, encode(hmac.new(key, ".".join(parts).encode(), hashlib.sha256).digest())])


def tokens(token: str) -> list[tuple[str, str, bool]]:
    """Returns test tokens, each with a name and whether an example must accept it."""
    header, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    now = int(time.time())
    unsigned = encode(json.dumps({"alg": "none", "kid": "new"}).encode())
    return [
        ("a token of the running stack", token, True),
        ("signed with the older key", mint(claims, kid="old"), True),
        ("issued 2 seconds in the future", mint({**claims, "iat": now + 2}), True),
        ("expired", mint({**claims, "iat": now - 70, "exp": now - 10}), False),
        ("issued tomorrow", mint({**claims, "iat": now + 86400, "exp": now + 86460}), False),
        ("for another app", mint({**claims, "aud": "https://elsewhere.example"}), False),
        ("from another issuer", mint({**claims, "iss": "https://elsewhere.example"}), False),
        ("an unknown key", mint(claims, kid="other", secret="A" * 43), False),
        ("another secret", mint(claims, secret="A" * 43), False),
        ("changed claims with the old signature", f"{header}.{encode(json.dumps({**claims, 'role': 'admin', 'sub': 'x'}).encode())}.{signature}", False),
        ("no signature", f"{header}.{body}.", False),
        ("the algorithm none", f"{unsigned}.{body}.", False),
        ("another algorithm with a valid signature", mint(claims, alg="HS512"), False),
        ("without a signature part", f"{header}.{body}", False),
        ("nonsense", "nonsense", False),
        ("empty", "", False),
    ]


def examples(folder: Path, built: Path) -> dict[str, list[str]]:
    """Returns the command of each example. The Rust example is built from a file that a test
    compares with the page.
    """
    text = (ROOT / "docs/host-app.md").read_text(encoding="utf-8")
    commands = {"rust": [str(built / "examples/verify_pass")]}
    for language, name, program in (("python", "verify.py", "python3"), ("javascript", "verify.mjs", "node")):
        (block,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
        (folder / name).write_text(block, encoding="utf-8")
        commands[language] = [program, str(folder / name)]
    return commands


def main() -> int:
    built, errors = Path(sys.argv[1]), 0
    with tempfile.TemporaryDirectory() as folder:
        log, app = Path(folder) / "onramp", "https://app.example.com"
        command = [str(built / "onramp"), "--memory", "--set", f"APP_URL={app}/start", "--set", f"HOST_SIGNING_KEYS={KEYS}"]
        with running(command, "/_local/health", log) as url:
            jo = {"name": "Łódź & Søn", "full_name": "Zoë 株式", "email": "jo@example.com"}
            cookie = post(url, "/organizations/new", jo).headers["set-cookie"].split(";")[0]
            location = post(url, "/handover", {}, cookie).headers["location"]
            assert location.startswith(f"{app}/start/?token="), location
            token = location.partition("?token=")[2]
            environment = {**os.environ, "HOST_SIGNING_KEYS": KEYS, "ISSUER": url, "AUDIENCE": app}
            for language, command in examples(Path(folder), built).items():
                for name, given, valid in tokens(token):
                    run = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=False)
                    claims = json.loads(run.stdout) if run.returncode == 0 else {}
                    accepted = bool(claims)
                    if accepted != valid or (valid and (claims["name"], claims["organization_name"]) != (jo["full_name"], jo["name"])):
                        print(f"✗ {language}: {name}: {'accepted' if accepted else 'rejected'}\n{run.stdout}{run.stderr}")
                        errors += 1
                print(f"{'✗' if errors else '✓'} {language}: the documented example checks {len(tokens(token))} tokens")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
