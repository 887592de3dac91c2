"""infra/deploy.py beside SAM's own code: what it writes makes new versions, and what it says SAM understands. And the
runbook's way back without it, and infra/restore.py.

    target/ci/venv/bin/python .ci/deploy_check.py

It runs in a folder of its own, with programs in the place of `sam` and `aws` that write down how they were called.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from samcli.cli.types import CfnParameterOverridesType
from samcli.commands._utils.template import get_template_data, move_template

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "infra"))

import deploy  # noqa: E402
from translate import expanded  # noqa: E402

NEEDED = {
    "StripePublishableKey": "pk_test_check",
    "StripeSecretKeyArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:check",
    "StripeSingleUserPriceId": "price_single",
    "StripeTeamPriceId": "price_team",
}
# What a shell has to quote, and what SAM has.
ODD = {"MailFromName": "Time Tracker & Co", "ProductName": "It's=x", "RunbookUrl": 'a"b', "TrialReminderDays": "3,1", "AppUrl": ""}

RECORDS = """#!{python}
import json, os, sys
with open(os.environ["CALLS"], "a") as file:
    file.write(json.dumps(sys.argv) + "\\n")
if sys.argv[0].endswith("aws"):
    stack = json.loads(os.environ["STACK"])
    if stack is None:
        sys.exit("An error occurred (ValidationError): Stack with id onramp does not exist")
    print(json.dumps({{"Stacks": [{{"Parameters": [{{"ParameterKey": k, "ParameterValue": v}} for k, v in stack.items()]}}]}}))
"""


# A stack of three functions, whose last release began at nine: it changed the first, left the second and brought the third.
ALIASES = """#!{python}
import os, sys
words = sys.argv[1:]
def option(name):
    return words[words.index(name) + 1]
stack = {{
    "arn:1:function:one": ["2026-01-15T09:00:40 $LATEST", "2026-01-02T08:00:00 9", "2026-01-09T08:00:00 10", "2026-01-15T09:00:40 11"],
    "arn:1:function:two": ["2026-01-02T08:00:00 $LATEST", "2026-01-02T08:00:00 3"],
    "arn:1:function:new": ["2026-01-15T09:00:41 $LATEST", "2026-01-15T09:00:41 1"],
}}
match words[:2]:
    case ["cloudformation", "list-stack-resources"]:
        assert option("--stack-name") == "STACK" and option("--output") == "text"
        kind = "live" if "AWS::Lambda::Alias" in option("--query") else None
        print("\\t".join(f"{{name}}:{{kind or versions[-1].split()[1]}}" for name, versions in stack.items()))
    case ["lambda", "list-versions-by-function"]:
        for version in stack[option("--function-name")]:
            print(version.replace(" ", ".000+0000\\t"))
    case ["lambda", "update-alias"]:
        with open(os.environ["CALLS"], "a") as file:
            file.write(" ".join([option("--function-name"), option("--name"), option("--function-version")]) + "\\n")
"""

# Tables are files. What is written is in part sent back the first time, as a busy table does.
TABLES = """#!{python}
import json, os, sys
from pathlib import Path
words = sys.argv[1:]
def option(name):
    return words[words.index(name) + 1]
def table(name):
    return Path(os.environ["TABLES"]) / name
assert words[-2:] == ["--region", "eu-west-1"], words
match words[:2]:
    case ["dynamodb", "scan" | "query" as call]:
        items = json.loads(table(option("--table-name")).read_text())
        if call == "query":
            assert option("--key-condition-expression") == "pk = :pk"
            items = [item for item in items if item["pk"] == json.loads(option("--expression-attribute-values"))[":pk"]]
        print(json.dumps({{"Items": items}}))
    case ["dynamodb", "batch-write-item"]:
        [(name, requests)] = json.loads(Path(option("--request-items").removeprefix("file://")).read_text()).items()
        assert 0 < len(requests) <= 25, len(requests)
        items = {{(it["pk"]["S"], it["sk"]["S"]): it for it in json.loads(table(name).read_text())}}
        done, left = (requests[:1], requests[1:]) if len(requests) == 25 else (requests, [])
        for request in done:
            match request:
                case {{"PutRequest": {{"Item": it}}}}:
                    items[it["pk"]["S"], it["sk"]["S"]] = it
                case {{"DeleteRequest": {{"Key": key}}}}:
                    del items[key["pk"]["S"], key["sk"]["S"]]
        table(name).write_text(json.dumps(list(items.values())))
        with open(os.environ["CALLS"], "a") as file:
            file.write(f"{{len(done)}} of {{len(requests)}}\\n")
        print(json.dumps({{"UnprocessedItems": {{name: left}} if left else {{}}}}))
    case other:
        sys.exit(f"not an AWS call of ours: {{other}}")
"""


def sams(words: list[str] | dict) -> dict[str, str]:
    """What SAM understands of parameters, as a command or samconfig.toml gives them."""
    unquoted = CfnParameterOverridesType().convert(words, None, None)
    return {str(name): str(value) for name, value in unquoted.items()}


class Project:
    """A copy of what infra/deploy.py looks at, built as SAM writes it."""

    def __init__(self, folder: Path):
        self.folder, self.built = folder, folder / ".aws-sam/build/template.yaml"
        self.calls = folder / "calls"
        for name in ("template.yaml", "samconfig.toml", "infra/deploy.py", "infra/observability/template.yaml"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        for name in ("sam", "aws"):
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(RECORDS.format(python=sys.executable))
            program.chmod(0o755)
        self.build()

    def build(self, machine: int = 0x3E):
        template = str(self.folder / "template.yaml")
        move_template(template, str(self.built), get_template_data(template))
        program = self.built.parent / "BillingFunction/bootstrap"
        program.parent.mkdir(exist_ok=True)
        program.write_bytes(b"\x7fELF".ljust(18, b"\0") + machine.to_bytes(2, "little"))

    def run(self, *arguments: str, stack: dict | None = None, env: str = "production") -> tuple[int, str, list[list[str]]]:
        """The exit code, what was said, and the calls of `sam` and `aws`."""
        self.calls.write_text("")
        surroundings = {**os.environ, "PATH": f"{self.folder}/bin", "CALLS": str(self.calls), "STACK": json.dumps(stack)}
        words = [sys.executable, str(self.folder / "infra/deploy.py"), "--config-env", env, *arguments]
        run = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr, [json.loads(line) for line in self.calls.read_text().splitlines()]


def of(template: str, given: dict[str, str]) -> dict[str, str]:
    """Every parameter's value, in the stage of production."""
    config = deploy.stage((ROOT / "samconfig.toml").read_text(), "production")
    return deploy.values(template, config, words(given))[0]


def words(given: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in given.items()]


def versions(template: str, of: dict[str, str]) -> dict[str, str]:
    """The logical id of the version of each function."""
    resources = expanded(deploy.stamped(template, deploy.stamp(of, template)))["Resources"]
    return {
        resource["Properties"]["FunctionName"]["Ref"]: name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Version"
    }


def what_is_published(project: Project):
    built = project.built.read_text()
    functions = built.count("Type: AWS::Serverless::Function")
    fourteen, ten = of(built, NEEDED), of(built, {**NEEDED, "StripeTrialDays": "10"})
    one, other = versions(built, fourteen), versions(built, ten)
    assert len(one) == len(other) == functions > 0, (one, functions)
    kept = [name for name in one if one[name] == other[name]]
    assert not kept, f"another value and the same version: {kept}"
    assert versions(built, fourteen) == one, "the same values and another version"
    turned = dict(reversed(fourteen.items()))
    assert versions(built, turned) == one, "another order and another version"
    # SAM itself looks at none of these.
    others = (("Timeout: 10", "Timeout: 11"), ("Tracing: Active", "Tracing: PassThrough"), ("Ref: Logs", "Ref: AccessLogs"), ("Runtime: provided.al2023", "Runtime: provided.al2027"))
    for was, becomes in others:
        assert was in built, was
        changed = versions(built.replace(was, becomes, 1), fourteen)
        kept = [name for name in one if one[name] == changed[name]]
        assert not kept, f"{becomes} and the same version: {kept}"
    once = deploy.stamped(built, deploy.stamp(fourteen, built))
    other = deploy.stamped(built, deploy.stamp(ten, built))
    assert deploy.stamped(other, deploy.stamp(fourteen, other)) == once, "stamping leaves a trace"


def what_is_read(project: Project):
    """The template and samconfig.toml mean here what they mean to SAM."""
    template = get_template_data(str(project.built))
    read = deploy.defaults(project.built.read_text())
    wanted = {name: None if "Default" not in it else str(it["Default"]) for name, it in template["Parameters"].items()}
    assert read == wanted, (read, wanted)
    config = (ROOT / "samconfig.toml").read_text()
    for env in ("default", "staging", "production"):
        faults: list[str] = []
        assert deploy.of_stage(deploy.stage(config, env), faults) == sams(deploy.stage(config, env)["parameter_overrides"]), env
        assert not faults, faults
    for given in ('MailFromName="Time Tracker" TrialReminderDays=3,1', ['MailFromName="Time Tracker"', "A=b C=d"], {"A": 1}):
        assert deploy.of_stage({"parameter_overrides": given}, []) == sams(given), given


def what_is_run(project: Project):
    given = {**NEEDED, **ODD}
    wanted = of(project.built.read_text(), given)
    plain = project.built.read_text()
    code, said, calls = project.run(*words(given), "--dry-run", "--", "--region", "eu-west-1")
    assert (code, calls, project.built.read_text()) == (0, [], plain), said
    shown, mark = said.splitlines()
    code, said, calls = project.run(*words(given), "--", "--region", "eu-west-1")
    assert code == 0, said
    asked, ran = calls
    assert asked[1:5] == ["cloudformation", "describe-stacks", "--stack-name", "onramp"] and asked[-2:] == ["--region", "eu-west-1"], asked
    assert shlex.split(shown)[1:] == ran[1:], (shown, ran)
    at = ran.index("--parameter-overrides")
    files = ["--config-file", str(project.folder / "samconfig.toml"), "--template-file", str(project.built)]
    assert ran[1:at] == ["deploy", "--config-env", "production", *files, "--region", "eu-west-1"], ran
    assert sams(ran[at + 1 :]) == wanted, (sams(ran[at + 1 :]), wanted)
    stamp = deploy.stamp(wanted, plain)
    assert mark == f"# CONFIGURATION is {stamp}" and stamp in project.built.read_text()
    assert wanted["LogRetentionDays"] == "365" and wanted["StripeTrialDays"] == "14", wanted
    project.build()


def what_is_refused(project: Project):
    def refused(run: tuple[int, str, list[list[str]]], *faults: str):
        code, said, calls = run
        assert code == 2 and not [call for call in calls if call[0].endswith("sam")], (code, said, calls)
        assert all(fault in said for fault in faults) and said.count("✗") == len(faults), said

    given = words(NEEDED)
    last = {**of(project.built.read_text(), NEEDED), "StripeWebhookSecretArn": "arn:given-once", "LogRetentionDays": "30", "Gone": "1"}
    refused(project.run(*given, stack=last), "StripeWebhookSecretArn is arn:given-once in the stack and would become empty")
    assert project.run(*given, "StripeWebhookSecretArn=", stack=last)[0] == 0
    project.build()
    refused(project.run(*given[1:], "StripeTrialDay=3", "AllAtOnce", "MailFromName=a\\b"), "MailFromName holds a backslash", "StripePublishableKey has no value", "no parameter StripeTrialDay", "AllAtOnce is not Name=Value")
    refused(project.run(*given, env="prod"), "no stage prod")
    refused(project.run(env="default"), *(f"{name} still holds the example of samconfig.toml: the doctor says" for name in NEEDED))
    refused(project.run(*given, "--", "--parameter-overrides", "A=b"), "--parameter-overrides is given by this program")
    project.build(machine=0xB7)
    refused(project.run(*given), "BillingFunction is built for arm64 and not x86_64")
    assert project.run(*given, "Architecture=arm64")[0] == 0
    project.build()
    text = project.built.read_text()
    project.built.write_text(text.replace("CONFIGURATION:", "CONFIGURED:"))
    refused(project.run(*given), "0 lines CONFIGURATION")
    project.built.write_text(text)
    source = project.folder / "template.yaml"
    os.utime(source, (project.built.stat().st_mtime + 1,) * 2)
    refused(project.run(*given), "template.yaml is newer than what was built")
    # What was built elsewhere is as old as it is.
    packaged = str(shutil.copy(project.built, project.folder / "packaged.yaml"))
    code, said, calls = project.run(*given, "--template", packaged)
    assert packaged in calls[1] and "packaged.yaml is deployed unchecked" in said, said
    project.built.unlink()
    refused(project.run(*given), "run sam build")


def what_points_back(project: Project):
    """The two loops of the runbook, as they stand there."""
    page = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    back, forth = (block for block in re.findall(r"^```sh account\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if "update-alias" in block)
    program = project.folder / "bin/aws"
    program.write_text(ALIASES.format(python=sys.executable))
    surroundings = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "CALLS": str(project.calls)}
    for script, wanted in ((back, ["one live 10", "two live 3"]), (forth, ["one live 11", "two live 3", "new live 1"])):
        project.calls.write_text("")
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=surroundings, check=True)
        told = project.calls.read_text().splitlines()
        assert told == [f"arn:1:function:{moved}" for moved in wanted], told


def what_is_restored(project: Project):
    """infra/restore.py, for a whole table and for one partition."""

    def item(pk: str, version: int | None = None, sk: str = "ORG", **more: str) -> dict:
        told = {"pk": {"S": pk}, "sk": {"S": sk}, **{name: {"S": text} for name, text in more.items()}}
        return told if version is None else {**told, "version": {"N": str(version)}}

    same, grown = item("ORG#same", 3, name="Acme"), [item(f"EMAIL#{n}", sk="USER") for n in range(30)]
    member, limit = item("ORG#other", sk="MEMBER#usr_1", role="member"), item("LIMIT#1", sk="TIMES", times="2")
    was = [same, item("ORG#other", 4, name="Good"), member, item("ORG#gone", 2), item("LIMIT#1", sk="TIMES", times="1"), *grown]
    # The live item is broken in more than its name.
    now = [same, item("ORG#other", 9, name="Bad", mail="none", admins="none"), item("ORG#late", 1), limit]
    program = project.folder / "bin/aws"
    program.write_text(TABLES.format(python=sys.executable))
    surroundings = {**os.environ, "PATH": str(program.parent), "CALLS": str(project.calls), "TABLES": str(project.folder)}

    def restore(*more: str, source: list[dict] = was) -> tuple[int, str, list[dict]]:
        project.calls.write_text("")
        (project.folder / "restored").write_text(json.dumps(source))
        words = [sys.executable, str(ROOT / "infra/restore.py"), "--source", "restored", "--table", "live", *more, "--", "--region", "eu-west-1"]
        run = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False)
        found = json.loads((project.folder / "live").read_text())
        return run.returncode, run.stdout + run.stderr, in_order(found)

    def in_order(items: list[dict]) -> list[dict]:
        return sorted(items, key=lambda it: (it["pk"]["S"], it["sk"]["S"]))

    (project.folder / "live").write_text(json.dumps(now))
    code, said, found = restore()
    assert code == 0 and "33 items to restore, 1 to delete, of 4" in said and found == in_order(now), said
    assert "access comes back: ORG#other MEMBER#usr_1 as member" in said, said
    assert restore("--write", source=[])[0] == 1 and not project.calls.read_text()
    # One organization, and nothing else. Its version only rises.
    back = item("ORG#other", 10, name="Good")
    code, said, found = restore("--write", "--partition", "ORG#other")
    assert found == in_order([back, same, member, *now[2:]]), (said, found)
    code, said, found = restore("--write")
    assert code == 0 and "31 items restored, 1 deleted" in said, said
    gone = item("ORG#gone", 1_000_002)
    assert found == in_order([same, back, member, gone, limit, *grown]), (said, found)
    assert project.calls.read_text().splitlines() == ["1 of 25", "24 of 24", "7 of 7"]
    assert restore("--write")[1].startswith("0 items restored, 0 deleted")


def main():
    checks = (what_is_published, what_is_read, what_is_run, what_is_refused, what_points_back, what_is_restored)
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            check(Project(Path(folder).resolve()))
    print("each value and each setting makes a new version of every function, and SAM is told all of them")


if __name__ == "__main__":
    main()
