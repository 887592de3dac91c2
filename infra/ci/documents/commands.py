"""Runs the commands in the documentation as written.

    target/ci/venv/bin/python -m infra.ci.documents.commands target/debug/onramp

The first line of each shell block defines how the check handles it:

    ```sh           runs in the order of the page, in the repository's root, next to a running stack
    ```sh serves    starts a server: the check waits until it is ready and stops it
    ```sh ci NAME   the default part NAME of .ci/run
    ```sh asked NAME  a part of .ci/run that only runs when it is named
    ```sh account   needs an AWS or Stripe account: the check only parses it, and verifies that the AWS CLI and the
                    repository's own programs have the calls and options
    ```sh tell      a file that the reader saves and infra/ci/documents/embedding.py runs: the check only parses it
    ```sh check     the same, and infra/ci/documents/webhooks.py runs it

The check fails for a failing command, a block of another kind, an indented command, and an inline
call of the AWS CLI with options. In blocks that run, `cargo run -- …` runs the built program, and
the stack's address is replaced with the real one.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from infra.ci.running import running

ROOT = Path(__file__).resolve().parents[3]
PAGES = ["README.md", "docs/deploy.md", "docs/runbook.md", "docs/host-app.md", "docs/integrate/events.md", "docs/integrate/provisioning.md", "docs/integrate/server-api.md", "docs/checklists.md", "docs/testing.md", "docs/performance.md"]
ADDRESS = "http://localhost:8484"
# Prefixes of lines that a reader would type.
COMMANDS = ("cargo ", "curl ", "bash ", "sh ", "sam ", "aws ", "stripe ", "python3 ", "npm ", "git ")
FENCED = re.compile(r"^( *)```(\S*) ?([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
AWS = botocore.session.Session()
# Commands that the AWS CLI adds to the services' calls, as far as the documentation uses them.
CLI_COMMANDS = {"s3": {"ls", "cp", "rm", "rb"}, "configure": {"export-credentials"}}
CLI_OPTIONS = {"output", "query", "region", "profile", "cli-binary-format", "max-items"}


def blocks(text: str):
    """Yields the language, the rest of the first line, the text, and the line number of each fenced
    block.
    """
    for found in FENCED.finditer(text):
        yield found[2], found[3].strip(), textwrap.dedent(found[4]), text[: found.start()].count("\n") + 1


def outside(text: str) -> str:
    return FENCED.sub("", text)


def commands(block: str) -> list[list[str]]:
    """Returns the words of each command, with continued lines joined."""
    found, line = [], ""
    for part in block.replace("\\\n", " ").splitlines():
        line = f"{line}\n{part}" if line else part
        try:
            found.append(shlex.split(line, comments=True))
        except ValueError:
            # A quoted string continues on the next line.
            continue
        line = ""
    return [words for words in found if words]


@cache
def options(service: str, call: str) -> dict[str, bool] | None:
    """Returns the options of an AWS CLI call and whether each is required, or None for an unknown
    call.
    """
    try:
        model = AWS.get_service_model({"deploy": "codedeploy", "s3api": "s3"}.get(service, service))
    except UnknownServiceError:
        return None
    for name in model.operation_names:
        if xform_name(name, "-") == call:
            shape = model.operation_model(name).input_shape
            needed = shape.required_members if shape else []
            return {xform_name(member, "-"): member in needed for member in (shape.members if shape else ())}
    return None


def wrong_with_aws(block: str):
    """Yields unknown calls of the AWS CLI, nested ones too, and their unknown or missing options."""
    # Remove quoted strings, whose brackets and bars do not end a command.
    plain = re.sub(r"""'[^']*'|"([^"$]|\$[^(])*\"""", "''", block.replace("\\\n", " "))
    for service, call, rest in re.findall(r"\baws ([a-z0-9-]+) ([a-z0-9-]+)([^|;)&\n]*)", plain):
        if call in CLI_COMMANDS.get(service, ()):
            continue
        # A waiter has the options of the call that it polls.
        if call == "wait":
            waiters = AWS.get_waiter_model(service)
            name = {xform_name(name, "-"): name for name in waiters.waiter_names}.get(rest.split()[0])
            known = options(service, xform_name(waiters.get_waiter(name).operation, "-")) if name else None
        else:
            known = options(service, call)
        if known is None:
            yield f"aws has no {service} {call}"
            continue
        given = {option.removeprefix("no-") for option in re.findall(r" --([a-z0-9-]+)", rest)}
        yield from (f"aws {service} {call} has no --{option}" for option in given - known.keys() - CLI_OPTIONS)
        yield from (f"aws {service} {call} needs --{option}" for option, needed in known.items() if needed and option not in given)


class Check:
    def __init__(self, program: Path, folder: Path):
        self.program, self.folder, self.errors, self.counts = program, folder, [], {}

    def error(self, place: str, message: str):
        self.errors.append(f"{place}: {message}")

    def page(self, name: str, url: str):
        text = (ROOT / name).read_text(encoding="utf-8")
        for line in outside(text).splitlines():
            if line.startswith("    ") and line.strip().startswith(COMMANDS):
                self.error(name, f"a command without a fence: {line.strip()}")
            for call in re.findall(r"`(aws [^`]* --[^`]*)`", line):
                self.error(name, f"an inline call, which is not checked: {call}")
        for language, kind, block, line in blocks(text):
            place = f"{name}:{line}"
            if language != "sh":
                if any(part.startswith(COMMANDS) for part in block.splitlines()):
                    self.error(place, "a command in a block that is not sh")
                continue
            word, _, rest = kind.partition(" ")
            self.counts[word or "run"] = self.counts.get(word or "run", 0) + 1
            match word:
                case "":
                    self.run(place, block, url)
                case "serves":
                    self.serve(place, block)
                case "ci":
                    self.part(place, rest, on_request=False)
                case "asked":
                    self.part(place, rest, on_request=True)
                case "account" | "tell" | "check":
                    self.read(place, block)
                case other:
                    self.error(place, f"unknown kind of block: {other}")

    def run(self, place: str, block: str, url: str):
        environment = {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
        script = f"set -euo pipefail\ncd {shlex.quote(str(ROOT))}\n" + block.replace(ADDRESS, url)
        # Keep the cookie jar in the check's temporary folder.
        script = script.replace(" jar ", f" {self.folder}/jar ")
        run = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            self.error(place, f"exit code {run.returncode}\n{block}{run.stdout}{run.stderr}")
        elif '"status":4' in run.stdout.replace(" ", "") or '"status":5' in run.stdout.replace(" ", ""):
            self.error(place, f"a request failed\n{block}{run.stdout}")

    def serve(self, place: str, block: str):
        for words in commands(block):
            if words[:2] != ["cargo", "run"]:
                self.error(place, f"a serves block only allows cargo run, found {words[0]}")
                continue
            arguments = words[3:] if words[2:3] == ["--"] else []
            data = [] if "--memory" in arguments else ["--data", str(self.folder / "data")]
            with running([str(self.program), *arguments, *data], "/_local/health", self.folder / "log"):
                pass

    def part(self, place: str, name: str, *, on_request: bool):
        ci = (ROOT / "infra/ci/run").read_text(encoding="utf-8")
        checks = ci[ci.index("# ---- the checks ----") : ci.index("# ---- main ----")]
        parts = re.findall(r"^(\w+)\(\) \{", checks, re.MULTILINE)
        default = re.search(r'in "\$\{@:-([\w ]+)\}"', ci)[1].split()
        if name not in parts:
            self.error(place, f".ci/run has no part {name}")
        elif on_request == (name in default):
            self.error(place, f"the part {name} of .ci/run is {'a default part: use sh ci' if on_request else 'not a default part: use sh asked'} {name}")

    def read(self, place: str, block: str):
        parsed = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        if parsed.returncode != 0:
            self.error(place, parsed.stderr)
        for error in wrong_with_aws(block):
            self.error(place, error)
        for words in commands(block):
            match words[words.index("cargo") :] if "cargo" in words else words:
                case ["cargo", "run", "--", command, *given]:
                    self.has(place, [str(self.program), command], given)
                case ["python3", script, *given]:
                    self.has(place, [sys.executable, script], given)

    def has(self, place: str, program: list[str], given: list[str]):
        """Reports options before -- that one of the repository's programs does not have."""
        help_text = subprocess.run([*program, "--help"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
        own = given[: given.index("--")] if "--" in given else given
        for option in (word.split("=")[0] for word in own if word.startswith("--")):
            if not re.search(rf"{option}(?![\w-])", help_text):
                self.error(place, f"{' '.join(program)} has no {option}")


def main() -> int:
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shim = folder / "cargo"
        shim.write_text(f'#!/bin/sh\n[ "$1 $2" = "run --" ] || {{ echo "only cargo run -- is supported here" >&2; exit 2; }}\nshift 2\nexec {shlex.quote(str(program))} "$@"\n')
        shim.chmod(0o755)
        check = Check(program, folder)
        for page in PAGES:
            with running([str(program), "--memory"], "/_local/health", folder / "log") as url:
                check.page(page, url)
    for error in check.errors:
        print(f"✗ {error}", file=sys.stderr)
    if not check.errors:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(check.counts.items()))
        print(f"the commands of {len(PAGES)} pages pass: {kinds}")
    return 1 if check.errors else 0


if __name__ == "__main__":
    sys.exit(main())
