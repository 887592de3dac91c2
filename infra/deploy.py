"""Deploys what `sam build` built, so that every function runs with the values that are given.

    python3 infra/deploy.py --config-env production
    python3 infra/deploy.py --config-env production DeploymentPreference=AllAtOnce --dry-run
    python3 infra/deploy.py --config-env production -- --profile acme --region eu-west-1

Functions run as published versions, and SAM publishes one when a function's code, its variables as the template writes
them or its memory change. Anything else, a time-out or the value of a parameter, would reach no function that runs. So
the variables are made to change with all of it: a hash of the template's text and of every value takes the place of the
variable CONFIGURATION in the built template.

A stage is what its files and this command say: the template's defaults, over them the stage's `parameter_overrides` in
samconfig.toml, over them the values given here. All of them are handed to `sam deploy`, which would keep the last value
of whatever is not named, and that stands in no file. What somebody once gave and nobody names any more is therefore not
taken back in silence: the stack is asked first, and a value that would change without being named stops the deployment.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".aws-sam/build/template.yaml"
# What `sam build` reads.
SOURCES = ["template.yaml", "infra/observability/template.yaml", "Cargo.*", "functions/**/*", "shared/**/*"]
STAMPED = re.compile(r"^( +CONFIGURATION: ).*$", re.MULTILINE)
# The processor that a program is for, by its place in the header of an ELF file.
MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
# Options that this program gives to `sam deploy` itself.
OURS = ("--config-env", "--config-file", "--template", "--template-file", "-t", "--parameter-overrides")

Values = dict[str, str]


class Faults(Exception):
    """Everything that has to be mended, each in one line."""


# ---- what is given ----


def pairs(words: list[str], faults: list[str]) -> Values:
    """`Name=Value`, each a word."""
    faults += [f"{word} is not Name=Value" for word in words if not re.match(r"\w+=", word)]
    return dict(word.split("=", 1) for word in words if "=" in word)


def of_stage(config: dict, faults: list[str]) -> Values:
    """The same as SAM lets it stand in samconfig.toml: a list, one text, or a table."""
    given = config.get("parameter_overrides", [])
    if isinstance(given, dict):
        return {name: str(value) for name, value in given.items()}
    words = []
    for text in [given] if isinstance(given, str) else given:
        try:
            words += shlex.split(text)
        except ValueError as error:
            faults.append(f"{text} in samconfig.toml: {error}")
    return pairs(words, faults)


def scalar(text: str) -> str:
    """A value of YAML on one line, as text."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return json.loads(text) if text.startswith('"') else text


def defaults(template: str) -> dict[str, str | None]:
    """Each parameter of a template with its default, None where it has none.

    SAM's own way of writing is read and not YAML, which Python does not know by itself.
    """
    section = re.search(r"^Parameters:\n((?: .*\n|\n)+)", template, re.MULTILINE)
    found = {}
    for name, body in re.findall(r"^  (\w+):\n((?:    .*\n|\n)*)", section[1] if section else "", re.MULTILINE):
        default = re.search(r"^    Default: (.*)\n(      )?", body, re.MULTILINE)
        if default and default[2]:
            raise Faults(f"the default of {name} goes over several lines, which this program does not read")
        found[name] = scalar(default[1]) if default else None
    return found


def stage(config: str, env: str) -> dict:
    """What samconfig.toml says of deploying a stage."""
    of = tomllib.loads(config).get(env)
    if of is None:
        raise Faults(f"samconfig.toml has no stage {env}")
    return {**of.get("global", {}).get("parameters", {}), **of.get("deploy", {}).get("parameters", {})}


def values(template: str, config: dict, given: list[str]) -> tuple[Values, set[str]]:
    """The value of every parameter, and which of them are named by the stage or the command."""
    faults: list[str] = []
    named = of_stage(config, faults) | pairs(given, faults)
    known = defaults(template)
    faults += [f"the template has no parameter {name}" for name in named if name not in known]
    faults += [f"{name} has no value" for name, default in known.items() if default is None and name not in named]
    # As the doctor knows them.
    faults += [f"{name} still holds the example of samconfig.toml: the doctor says what belongs there" for name, value in named.items() if "replace" in value and " " not in value]
    faults += [f"{name} holds a backslash, which SAM would not hand on as it stands" for name, value in named.items() if "\\" in value]
    if faults:
        raise Faults(*faults)
    return {name: named.get(name, default) for name, default in known.items()}, set(named)


# ---- what follows from it ----


def stamp(of: Values, template: str) -> str:
    """Another one for other values, in whatever order they come, or another text; never a number to YAML."""
    blank = STAMPED.sub(r"\1", template)
    return "v" + sha256(json.dumps([of, blank], sort_keys=True).encode()).hexdigest()[:12]


def stamped(template: str, mark: str) -> str:
    text, count = STAMPED.subn(rf"\g<1>{mark}", template)
    if count != 1:
        raise Faults(f"the built template has {count} lines CONFIGURATION, and not one")
    return text


def command(env: str, template: Path, of: Values, more: list[str]) -> list[str]:
    """SAM looks for samconfig.toml beside the template that it is given, so that is named too."""
    # SAM takes a value apart at spaces unless it is in quotes of its own.
    overrides = [f'{name}="{value.replace(chr(34), chr(92) + chr(34))}"' for name, value in sorted(of.items())]
    files = ["--config-file", str(ROOT / "samconfig.toml"), "--template-file", str(template)]
    return ["sam", "deploy", "--config-env", env, *files, *more, "--parameter-overrides", *overrides]


def taken_back(last: Values, now: Values, named: set[str]) -> list[str]:
    """What the stack has, and this deployment would change without naming it."""
    return [
        f"{name} is {last[name] or 'empty'} in the stack and would become {now[name] or 'empty'}: give {name}=… to say which"
        for name in sorted(now)
        if name in last and last[name] != now[name] and name not in named
    ]


# ---- what is there ----


def stale(built: Path) -> list[str]:
    """A source that is newer than what was built from it."""
    sources = [path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()]
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    if newest.stat().st_mtime <= built.stat().st_mtime:
        return []
    return [f"{newest.relative_to(ROOT)} is newer than what was built: run sam build"]


def other_machines(built: Path, architecture: str) -> list[str]:
    """Functions that were built for another processor than they are to run on."""
    faults = []
    for program in sorted(built.parent.glob("*/bootstrap")):
        with program.open("rb") as file:
            machine = MACHINES.get(int.from_bytes(file.read(20)[18:20], "little"), "something else")
        if machine != architecture:
            faults.append(f"{program.parent.name} is built for {machine} and not {architecture}: run sam build --parameter-overrides Architecture={architecture}")
    return faults


def last_values(config: dict, more: list[str]) -> Values:
    """The parameters of the stack as it is; none where there is no stack yet."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("stack_name", "region", "profile"):
        parser.add_argument(f"--{name.replace('_', '-')}", default=config.get(name))
    place = parser.parse_known_args(more)[0]
    if not place.stack_name:
        raise Faults("the stage has no stack_name in samconfig.toml")
    asked = ["aws", "cloudformation", "describe-stacks", "--stack-name", place.stack_name, "--output", "json"]
    asked += [word for name in ("region", "profile") if getattr(place, name) for word in (f"--{name}", getattr(place, name))]
    try:
        run = subprocess.run(asked, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Faults("the AWS CLI, which asks the stack for its values, is not installed") from None
    if run.returncode != 0:
        if "does not exist" in run.stderr:
            return {}
        raise Faults(f"the stack {place.stack_name} cannot be asked for its values: {run.stderr.strip()}")
    return {one["ParameterKey"]: one["ParameterValue"] for one in json.loads(run.stdout)["Stacks"][0].get("Parameters", [])}


# ---- one after the other ----


def deploy(env: str, given: list[str], template: Path, dry_run: bool, more: list[str]) -> int:
    if not template.is_file():
        raise Faults(f"there is no {template}: run sam build")
    text = template.read_text(encoding="utf-8")
    config = stage((ROOT / "samconfig.toml").read_text(encoding="utf-8"), env)
    now, named = values(text, config, given)
    mark = stamp(now, text)
    text = stamped(text, mark)
    faults = [f"{word} is given by this program" for word in more if word.split("=")[0] in OURS]
    if template == BUILT:
        faults += other_machines(template, now["Architecture"]) + stale(template)
    else:
        print(f"! {template.name} is deployed unchecked: it does not show whether a source is newer, nor for which processor it was built", file=sys.stderr)
    if faults:
        raise Faults(*faults)
    run = command(env, template, now, more)
    if dry_run:
        print(f"{shlex.join(run)}\n# CONFIGURATION is {mark}")
        return 0
    faults = taken_back(last_values(config, more), now, named)
    if faults:
        raise Faults(*faults)
    template.write_text(text, encoding="utf-8")
    return subprocess.run(run, cwd=ROOT, check=False).returncode


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    own, more = sys.argv[1:at], sys.argv[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="What stands behind -- is handed to sam deploy.")
    parser.add_argument("--config-env", default="default", help="the stage of samconfig.toml")
    parser.add_argument("--template", type=Path, default=BUILT, help="what `sam package` wrote, in place of what `sam build` did")
    parser.add_argument("--dry-run", action="store_true", help="say what would be run, and ask nobody")
    parser.add_argument("values", nargs="*", metavar="Name=Value", help="parameters, over those of the stage")
    arguments = parser.parse_intermixed_args(own)
    try:
        return deploy(arguments.config_env, arguments.values, arguments.template.resolve(), arguments.dry_run, more)
    except Faults as faults:
        for fault in faults.args:
            print(f"✗ {fault}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
