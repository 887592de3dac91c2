"""Deploys the output of `sam build`, so that every function runs with the given parameter values.

    python3 infra/ops/deploy.py --config-env production
    python3 infra/ops/deploy.py --config-env production DeploymentPreference=AllAtOnce --dry-run
    python3 infra/ops/deploy.py --config-env production -- --profile acme --region eu-west-1

Functions run as published versions. SAM publishes a new version only if a function's code, its
memory, or the literal text of its variables changes. A new parameter value or time-out alone would
never reach a running function. This program therefore sets the variable CONFIGURATION in the built
template to a hash of the template's text and of every value.

The values of a stage have three sources. The command line overrides the stage's
`parameter_overrides` in samconfig.toml, which override the template's defaults. This program passes
every value to `sam deploy`. Without that, CloudFormation keeps the previous value of a parameter,
which no file shows.

A value that an earlier deployment set, and that neither the stage nor the command names now, would
return to its default. This program reads the stack's values first and stops before such a change.

DynamoDB creates one index per update of a stack. If the table of the stage lacks several indexes, this
program therefore first deploys the template without all but one of them, then without all but two, and
so on.

After the deployment, it invokes the function `billing` once, which reads the prices of the plans.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".aws-sam/build/template.yaml"
# The inputs of `sam build`.
SOURCES = ["template.yaml", "infra/observability/template.yaml", "Cargo.*", "functions/**/*", "shared/**/*"]
# An index and an attribute of the table, as `sam build` writes them.
INDEX = re.compile(r"^( *)- IndexName: (\S+)\n(?:\1 +.*\n)*", re.MULTILINE)
ATTRIBUTE = re.compile(r"^( *)- AttributeName: (\S+)\n\1  AttributeType: .*\n", re.MULTILINE)
STAMPED = re.compile(r"^( +CONFIGURATION: ).*$", re.MULTILINE)
# Architectures by the field e_machine of the ELF header.
MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
# Options of `sam deploy` that this program sets itself.
RESERVED_OPTIONS = ("--config-env", "--config-file", "--template", "--template-file", "-t", "--parameter-overrides")

Values = dict[str, str]


class DeploymentError(Exception):
    """The problems that stop the deployment, one line each."""


# ---- parameter values ----


def pairs(words: list[str], errors: list[str]) -> Values:
    """Parses words of the form `Name=Value`."""
    errors += [f"{word} is not Name=Value" for word in words if not re.match(r"\w+=", word)]
    return dict(word.split("=", 1) for word in words if "=" in word)


def stage_values(config: dict, errors: list[str]) -> Values:
    """Returns the stage's parameter_overrides. SAM allows a list, a string, or a table."""
    given = config.get("parameter_overrides", [])
    if isinstance(given, dict):
        return {name: str(value) for name, value in given.items()}
    words = []
    for text in [given] if isinstance(given, str) else given:
        try:
            words += shlex.split(text)
        except ValueError as error:
            errors.append(f"{text} in samconfig.toml: {error}")
    return pairs(words, errors)


def scalar(text: str) -> str:
    """Returns a one-line YAML scalar as a string."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return json.loads(text) if text.startswith('"') else text


def defaults(template: str) -> dict[str, str | None]:
    """Returns each parameter of a template with its default, or None if it has none.

    Python's standard library has no YAML parser, so this reads the exact format that SAM writes.
    """
    section = re.search(r"^Parameters:\n((?: .*\n|\n)+)", template, re.MULTILINE)
    found = {}
    for name, body in re.findall(r"^  (\w+):\n((?:    .*\n|\n)*)", section[1] if section else "", re.MULTILINE):
        default = re.search(r"^    Default: (.*)\n(      )?", body, re.MULTILINE)
        if default and default[2]:
            raise DeploymentError(f"the default of {name} has several lines: write it on one line")
        found[name] = scalar(default[1]) if default else None
    return found


def stage(config: str, env: str) -> dict:
    """Returns the settings in samconfig.toml for deploying a stage."""
    of = tomllib.loads(config).get(env)
    if of is None:
        raise DeploymentError(f"samconfig.toml has no stage {env}")
    return {**of.get("global", {}).get("parameters", {}), **of.get("deploy", {}).get("parameters", {})}


def values(template: str, config: dict, given: list[str]) -> tuple[Values, set[str]]:
    """Returns the value of every parameter, and the names that the stage or the command line sets."""
    errors: list[str] = []
    named = stage_values(config, errors) | pairs(given, errors)
    known = defaults(template)
    errors += [f"the template has no parameter {name}" for name in named if name not in known]
    errors += [f"{name} has no value" for name, default in known.items() if default is None and name not in named]
    # `onramp doctor` detects the same placeholders.
    errors += [f"{name} still has the example value of samconfig.toml: run `onramp doctor` to see what to set" for name, value in named.items() if "replace" in value and " " not in value]
    errors += [f"{name} contains a backslash, which SAM does not pass on unchanged" for name, value in named.items() if "\\" in value]
    if errors:
        raise DeploymentError(*errors)
    return {name: named.get(name, default) for name, default in known.items()}, set(named)


# ---- the command ----


def stamp(of: Values, template: str) -> str:
    """Returns a hash of the values, in any order, and of the template. The prefix keeps YAML from
    reading it as a number.
    """
    blank = STAMPED.sub(r"\1", template)
    return "v" + sha256(json.dumps([of, blank], sort_keys=True).encode()).hexdigest()[:12]


def stamped(template: str, mark: str) -> str:
    text, count = STAMPED.subn(rf"\g<1>{mark}", template)
    if count != 1:
        raise DeploymentError(f"the built template has {count} lines CONFIGURATION instead of one")
    return text


def command(env: str, template: Path, of: Values, more: list[str]) -> list[str]:
    """Returns the `sam deploy` command. It names samconfig.toml, because SAM looks for it next to
    the template.
    """
    # SAM splits a value at spaces unless the value itself is quoted.
    overrides = [f'{name}="{value.replace(chr(34), chr(92) + chr(34))}"' for name, value in sorted(of.items())]
    files = ["--config-file", str(ROOT / "samconfig.toml"), "--template-file", str(template)]
    return ["sam", "deploy", "--config-env", env, *files, *more, "--parameter-overrides", *overrides]


def unnamed_changes(last: Values, now: Values, named: set[str]) -> list[str]:
    """Reports values of the stack that this deployment would change although nothing names them."""
    return [
        f"{name} is {last[name] or 'empty'} in the stack and would become {now[name] or 'empty'}: pass {name}=… to choose"
        for name in sorted(now)
        if name in last and last[name] != now[name] and name not in named
    ]


# ---- build output and stack ----


def stale(built: Path) -> list[str]:
    """Reports the newest source if it is newer than the build."""
    sources = [path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()]
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    if newest.stat().st_mtime <= built.stat().st_mtime:
        return []
    return [f"{newest.relative_to(ROOT)} is newer than the build: run sam build"]


def wrong_architectures(built: Path, architecture: str) -> list[str]:
    """Reports functions that were built for another architecture than the stack's."""
    errors = []
    for program in sorted(built.parent.glob("*/bootstrap")):
        with program.open("rb") as file:
            machine = MACHINES.get(int.from_bytes(file.read(20)[18:20], "little"), "an unknown architecture")
        if machine != architecture:
            errors.append(f"{program.parent.name} is built for {machine} instead of {architecture}: run sam build --parameter-overrides Architecture={architecture}")
    return errors


class Target:
    """The stack of a stage, in the region and with the profile that the deployment uses."""

    def __init__(self, config: dict, more: list[str]):
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        for name in ("stack_name", "region", "profile"):
            parser.add_argument(f"--{name.replace('_', '-')}", default=config.get(name))
        target = parser.parse_known_args(more)[0]
        if not target.stack_name:
            raise DeploymentError("the stage has no stack_name in samconfig.toml")
        self.stack = target.stack_name
        self.options = [word for name in ("region", "profile") if getattr(target, name) for word in (f"--{name}", getattr(target, name))]

    def aws(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(["aws", *words, *self.options], capture_output=True, text=True, check=False)


def last_values(target: Target) -> Values:
    """Returns the current parameter values of the stack, or none if the stack does not exist yet."""
    try:
        run = target.aws("cloudformation", "describe-stacks", "--stack-name", target.stack, "--output", "json")
    except FileNotFoundError:
        raise DeploymentError("the AWS CLI is not installed, so the stack's values cannot be read: install it") from None
    if run.returncode != 0:
        if "does not exist" in run.stderr:
            return {}
        raise DeploymentError(f"cannot read the values of the stack {target.stack}: {run.stderr.strip()}")
    return {one["ParameterKey"]: one["ParameterValue"] for one in json.loads(run.stdout)["Stacks"][0].get("Parameters", [])}


# ---- indexes ----


def missing_indexes(target: Target, template: str) -> list[str]:
    """Returns the indexes of the template that the table of the stack lacks."""
    table = target.aws("cloudformation", "describe-stack-resources", "--stack-name", target.stack, "--logical-resource-id", "Table", "--query", "StackResources[0].PhysicalResourceId", "--output", "text")
    run = target.aws("dynamodb", "describe-table", "--table-name", table.stdout.strip(), "--query", "Table.GlobalSecondaryIndexes[].IndexName", "--output", "json")
    if table.returncode != 0 or run.returncode != 0:
        raise DeploymentError(f"cannot read the indexes of the table: {(table.stderr + run.stderr).strip()}")
    present = json.loads(run.stdout) or []
    return [name for _, name in INDEX.findall(template) if name not in present]


def without_indexes(template: str, names: list[str]) -> str:
    """Returns the template without these indexes and without their attributes, which DynamoDB rejects
    if no index uses them.
    """
    attributes = {name for index in INDEX.finditer(template) if index[2] in names for name in re.findall(r"AttributeName: (\S+)", index[0])}
    template = INDEX.sub(lambda it: "" if it[2] in names else it[0], template)
    return ATTRIBUTE.sub(lambda it: "" if it[2] in attributes else it[0], template)


# ---- deployment ----


def refresh_prices(target: Target) -> None:
    """Makes the function `billing` read the prices of the plans. Without it, the plan page shows no
    amount of a new price until the next hourly run.
    """
    run = target.aws("cloudformation", "describe-stack-resources", "--stack-name", target.stack, "--logical-resource-id", "BillingFunction", "--query", "StackResources[0].PhysicalResourceId", "--output", "text")
    if run.returncode == 0:
        payload = ["--cli-binary-format", "raw-in-base64-out", "--payload", '{"refresh": "prices"}']
        run = target.aws("lambda", "invoke", "--function-name", run.stdout.strip(), "--qualifier", "live", *payload, "--query", "FunctionError", "--output", "text", os.devnull)
    if run.returncode != 0 or run.stdout.strip() != "None":
        print(f"! prices were not refreshed, the hourly schedule will do it: {run.stderr.strip() or 'see the log of the function billing'}", file=sys.stderr)


def deploy(env: str, given: list[str], template: Path, dry_run: bool, more: list[str]) -> int:
    if not template.is_file():
        raise DeploymentError(f"{template} does not exist: run sam build")
    text = template.read_text(encoding="utf-8")
    config = stage((ROOT / "samconfig.toml").read_text(encoding="utf-8"), env)
    now, named = values(text, config, given)
    mark = stamp(now, text)
    text = stamped(text, mark)
    errors = [f"{word} is not allowed after --: this program sets it" for word in more if word.split("=")[0] in RESERVED_OPTIONS]
    if template == BUILT:
        errors += wrong_architectures(template, now["Architecture"]) + stale(template)
    else:
        print(f"! deploying {template.name} without checks: cannot verify build time or target architecture", file=sys.stderr)
    if errors:
        raise DeploymentError(*errors)
    run = command(env, template, now, more)
    if dry_run:
        print(f"{shlex.join(run)}\n# CONFIGURATION is {mark}")
        return 0
    target = Target(config, more)
    last = last_values(target)
    errors = unnamed_changes(last, now, named)
    if errors:
        raise DeploymentError(*errors)
    missing = missing_indexes(target, text) if last else []
    # SAM finds the code of the functions relative to the template.
    partial = template.with_name(f"partial-{template.name}")
    for count in range(1, len(missing)):
        print(f"! deploying without {', '.join(missing[count:])} first, because an update adds one index", file=sys.stderr)
        partial.write_text(without_indexes(text, missing[count:]), encoding="utf-8")
        code = subprocess.run(command(env, partial, now, more), cwd=ROOT, check=False).returncode
        if code != 0:
            return code
    template.write_text(text, encoding="utf-8")
    code = subprocess.run(run, cwd=ROOT, check=False).returncode
    if code == 0:
        refresh_prices(target)
    return code


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    own, more = sys.argv[1:at], sys.argv[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="Arguments after -- are passed to sam deploy.")
    parser.add_argument("--config-env", default="default", help="stage in samconfig.toml")
    parser.add_argument("--template", type=Path, default=BUILT, help="template written by `sam package` (default: output of `sam build`)")
    parser.add_argument("--dry-run", action="store_true", help="print the command without running it or calling AWS")
    parser.add_argument("values", nargs="*", metavar="Name=Value", help="parameters that override those of the stage")
    arguments = parser.parse_intermixed_args(own)
    try:
        return deploy(arguments.config_env, arguments.values, arguments.template.resolve(), arguments.dry_run, more)
    except DeploymentError as failed:
        for error in failed.args:
            print(f"✗ {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
