"""The commands of the README and of docs/deploy.md, run as they stand there.

    python3 .ci/documents.py target/debug/onramp

Every block of shell says by its first line what it is:

    ```sh           run here, in the order of the page, in the project's folder, beside a running stack
    ```sh serves    something that stays: started, awaited and ended
    ```sh ci NAME   what the part NAME of .ci/run runs, or all of it where none is named
    ```sh account   needs an AWS or Stripe account: only read, as shell and for options that our program has

A command that fails, a block without one of these, and an indented command fail the check. In a block that is run
`cargo run -- …` is the program that was built, and the address of the stack is the one that it got.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from running import running

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "docs/deploy.md"]
ADDRESS = "http://localhost:8484"
# What begins a line that a reader would type.
COMMANDS = ("cargo ", "curl ", "bash ", "sam ", "aws ", "stripe ", "python3 ", "npm ", "git ")


def blocks(text: str):
    """Language, what stands behind it, and the lines of each fenced block, with its line number."""
    for found in re.finditer(r"^```(\S*) ?([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield found[1], found[2].strip(), found[3], text[: found.start()].count("\n") + 1


def outside(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[list[str]]:
    """The words of each command, continued lines joined."""
    lines = block.replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.strip() and not line.startswith("#")]


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
                    self.part(place, rest)
                case "account":
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

    def part(self, place: str, name: str):
        parts = re.findall(r"^(\w+)\(\) \{", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
        if name and name not in parts:
            self.fault(place, f".ci/run has no part {name}")

    def read(self, place: str, block: str):
        sound = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        if sound.returncode != 0:
            self.fault(place, sound.stderr)
        for words in commands(block):
            at = words.index("run") + 2 if "cargo" in words and "run" in words else None
            if at is None:
                continue
            told = subprocess.run([str(self.program), words[at], "--help"], capture_output=True, text=True, check=False).stdout
            for option in (word.split("=")[0] for word in words[at:] if word.startswith("--")):
                if not re.search(rf"{option}\b", told):
                    self.fault(place, f"onramp {words[at]} has no {option}")


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
