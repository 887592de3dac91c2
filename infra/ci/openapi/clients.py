"""Generates the clients that docs/integrate/server-api.md describes, and makes a call with each.

    target/ci/venv/bin/python -m infra.ci.openapi.clients target/debug/onramp target/ci/node

The commands and the code are those of the guide. TypeScript also checks the guide's code for Next.js. A
generator that warns fails the check.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.ci.documents.product import KEYS, PRODUCT, ROOT, code, send
from infra.ci.running import running

CHECK = "--strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler --types node --outDir out"
ACME = {"name": "Acme", "external_id": "acme-1", "admin": {"email": "jo@acme.example", "full_name": "Jo Doe"}}


def pinned() -> None:
    """The guide names the versions that the checks use."""
    used = (ROOT / "infra/ci/run").read_text(encoding="utf-8") + (ROOT / "infra/ci/requirements.txt").read_text(encoding="utf-8")
    versions = re.findall(r"[a-z-]+(?:@|==)\d[\d.]*", code("sh ci clients"))
    assert len(versions) == 4 and all(version in used for version in versions), versions


def generate(folder: Path) -> None:
    """Runs the guide's commands that generate code."""
    path = os.pathsep.join([str(folder / "node_modules/.bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    for line in code("sh ci clients").splitlines():
        if line.startswith(("npx ", "openapi-python-client ")):
            command = shlex.split(line.removeprefix("npx "))
            done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
            assert done.returncode == 0 and "arning" not in done.stdout + done.stderr, f"{line}\n{done.stdout}{done.stderr}"


def call(name: str, command: list, folder: Path, onramp: str) -> None:
    environment = {**os.environ, **KEYS, "ONRAMP": onramp, "PYTHONPATH": str(folder / "onramp-client")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Acme: 14 days\n"), f"{name}: {done.stdout}{done.stderr}"
    print(f"✓ {name}: the generated code calls the API")


def main():
    program, node = (Path(name).resolve() for name in sys.argv[1:3])
    pinned()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").symlink_to(ROOT / "docs")
        (folder / "node_modules").symlink_to(node / "node_modules")
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        generate(folder)
        for file in ("session.ts", "database.ts"):
            shutil.copy(PRODUCT / file, folder)
        (folder / "onramp.ts").write_text(code("ts onramp"), encoding="utf-8")
        (folder / "client.ts").write_text(code("ts client"), encoding="utf-8")
        (folder / "client.py").write_text(code("python client"), encoding="utf-8")
        checked = subprocess.run(["node_modules/.bin/tsc", *CHECK.split(), "client.ts", "onramp.ts"], cwd=folder, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout
        with running([str(program), "--memory"], "/_local/health", folder / "log") as onramp:
            send(f"{onramp}/api/v1/organizations", "POST", ACME, {"authorization": f"Bearer {KEYS['ONRAMP_API_KEY']}"})
            call("TypeScript", ["node", "out/client.js"], folder, onramp)
            call("Python", [sys.executable, "client.py"], folder, onramp)


if __name__ == "__main__":
    main()
