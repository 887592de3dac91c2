"""The commands of our pages, run as they stand there.

    target/ci/venv/bin/python .ci/documents.py target/debug/onramp

Every block of shell says by its first line what it is:

    ```sh           run here, in the order of the page, in the project's folder, beside a running stack
    ```sh serves    something that stays: started, awaited and ended
    ```sh ci NAME   what the part NAME of .ci/run runs, by itself with every change
    ```sh asked NAME  a part of .ci/run that runs only when it is asked for
    ```sh account   needs an AWS or Stripe account: only read, as shell, for calls and options that the AWS CLI has, and
                    for options that our own programs have
    ```sh tell      a file that its reader saves, which .ci/embedding.py runs: only read

A command that fails, a block without one of these, and an indented command fail the check, and so does a call of the
AWS CLI within a line. In a block that is run `cargo run -- …` is the program that was built, and the address of the stack
is the one that it got.
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
from running import running

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "docs/deploy.md", "docs/runbook.md", "docs/host-app.md", "docs/checklists.md", "docs/testing.md", "docs/performance.md"]
ADDRESS = "http://localhost:8484"
# What begins a line that a reader would type.
COMMANDS = ("cargo ", "curl ", "bash ", "sh ", "sam ", "aws ", "stripe ", "python3 ", "npm ", "git ")
FENCED = re.compile(r"^( *)```(\S*) ?([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
AWS = botocore.session.Session()
# What the AWS CLI adds to the services' own calls, as far as we use it.
OF_THE_CLI = {"s3": {"ls", "cp", "rm", "rb"}, "configure": {"export-credentials"}}
OPTIONS_OF_THE_CLI = {"output", "query", "region", "profile", "cli-binary-format", "max-items"}


def blocks(text: str):
    """Language, what stands behind it, and the lines of each fenced block, with its line number."""
    for found in FENCED.finditer(text):
        yield found[2], found[3].strip(), textwrap.dedent(found[4]), text[: found.start()].count("\n") + 1


def outside(text: str) -> str:
    return FENCED.sub("", text)


def commands(block: str) -> list[list[str]]:
    """The words of each command, continued lines joined."""
    found, line = [], ""
    for part in block.replace("\\\n", " ").splitlines():
        line = f"{line}\n{part}" if line else part
        try:
            found.append(shlex.split(line, comments=True))
        except ValueError:
            # A text in quotes goes on in the next line.
            continue
        line = ""
    return [words for words in found if words]


@cache
def options(service: str, call: str) -> dict[str, bool] | None:
    """The options of a call of the AWS CLI and whether it needs them, or None where it has no such call."""
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
    """Calls of the AWS CLI, nested ones too, that it does not have, and options that they do not have or lack."""
    # What is quoted holds brackets and bars that end no command.
    plain = re.sub(r"""'[^']*'|"([^"$]|\$[^(])*\"""", "''", block.replace("\\\n", " "))
    for service, call, rest in re.findall(r"\baws ([a-z0-9-]+) ([a-z0-9-]+)([^|;)&\n]*)", plain):
        if call in OF_THE_CLI.get(service, ()):
            continue
        # A waiter is known by its name, and what it takes by the call that it waits on.
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
        yield from (f"aws {service} {call} has no --{option}" for option in given - known.keys() - OPTIONS_OF_THE_CLI)
        yield from (f"aws {service} {call} needs --{option}" for option, needed in known.items() if needed and option not in given)


class Check:
    def __init__(self, program: Path, folder: Path):
        self.program, self.folder, self.faults, self.counts = program, folder, [], {}

    def fault(self, place: str, said: str):
        self.faults.append(f"{place}: {said}")

    def page(self, name: str, url: str):
        text = (ROOT / name).read_text(encoding="utf-8")
        for line in outside(text).splitlines():
            if line.startswith("    ") and line.strip().startswith(COMMANDS):
                self.fault(name, f"a command without a fence: {line.strip()}")
            for call in re.findall(r"`(aws [^`]* --[^`]*)`", line):
                self.fault(name, f"a call within a line, which nobody checks: {call}")
        for language, kind, block, line in blocks(text):
            place = f"{name}:{line}"
            if language != "sh":
                if any(part.startswith(COMMANDS) for part in block.splitlines()):
                    self.fault(place, "a command in a block that is not sh")
                continue
            word, _, rest = kind.partition(" ")
            self.counts[word or "run"] = self.counts.get(word or "run", 0) + 1
            match word:
                case "":
                    self.run(place, block, url)
                case "serves":
                    self.serve(place, block)
                case "ci":
                    self.part(place, rest, asked=False)
                case "asked":
                    self.part(place, rest, asked=True)
                case "account" | "tell":
                    self.read(place, block)
                case other:
                    self.fault(place, f"{other} is no kind of command")

    def run(self, place: str, block: str, url: str):
        surroundings = {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
        script = f"set -euo pipefail\ncd {shlex.quote(str(ROOT))}\n" + block.replace(ADDRESS, url)
        # Cookie jars and the like are left in a folder of the check's own.
        script = script.replace(" jar ", f" {self.folder}/jar ")
        run = subprocess.run(["bash", "-c", script], env=surroundings, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            self.fault(place, f"exit code {run.returncode}\n{block}{run.stdout}{run.stderr}")
        elif '"status":4' in run.stdout.replace(" ", "") or '"status":5' in run.stdout.replace(" ", ""):
            self.fault(place, f"a problem was answered\n{block}{run.stdout}")

    def serve(self, place: str, block: str):
        for words in commands(block):
            if words[:2] != ["cargo", "run"]:
                self.fault(place, f"only cargo run serves, not {words[0]}")
                continue
            arguments = words[3:] if words[2:3] == ["--"] else []
            data = [] if "--memory" in arguments else ["--data", str(self.folder / "data")]
            with running([str(self.program), *arguments, *data], "/_local/health", self.folder / "log"):
                pass

    def part(self, place: str, name: str, *, asked: bool):
        ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
        checks = ci[ci.index("# ---- the checks ----") : ci.index("# ---- one after the other ----")]
        parts = re.findall(r"^(\w+)\(\) \{", checks, re.MULTILINE)
        default = re.search(r'in "\$\{@:-([\w ]+)\}"', ci)[1].split()
        if name not in parts:
            self.fault(place, f".ci/run has no part {name}")
        elif asked == (name in default):
            self.fault(place, f"the part {name} of .ci/run runs {'by itself: sh ci' if asked else 'only when asked for: sh asked'} {name}")

    def read(self, place: str, block: str):
        sound = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        if sound.returncode != 0:
            self.fault(place, sound.stderr)
        for fault in wrong_with_aws(block):
            self.fault(place, fault)
        for words in commands(block):
            match words[words.index("cargo") :] if "cargo" in words else words:
                case ["cargo", "run", "--", command, *given]:
                    self.has(place, [str(self.program), command], given)
                case ["python3", script, *given]:
                    self.has(place, [sys.executable, script], given)

    def has(self, place: str, program: list[str], given: list[str]):
        """A program of ours has the options that it is given, up to those that it hands on."""
        told = subprocess.run([*program, "--help"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
        own = given[: given.index("--")] if "--" in given else given
        for option in (word.split("=")[0] for word in own if word.startswith("--")):
            if not re.search(rf"{option}(?![\w-])", told):
                self.fault(place, f"{' '.join(program)} has no {option}")


def main() -> int:
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shim = folder / "cargo"
        shim.write_text(f'#!/bin/sh\n[ "$1 $2" = "run --" ] || {{ echo "only cargo run -- is run here" >&2; exit 2; }}\nshift 2\nexec {shlex.quote(str(program))} "$@"\n')
        shim.chmod(0o755)
        check = Check(program, folder)
        for page in PAGES:
            with running([str(program), "--memory"], "/_local/health", folder / "log") as url:
                check.page(page, url)
    for fault in check.faults:
        print(f"✗ {fault}", file=sys.stderr)
    if not check.faults:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(check.counts.items()))
        print(f"the commands of {len(PAGES)} pages hold: {kinds}")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
