"""Checks infra/ops/deploy.py against SAM's own code, the runbook's rollback commands, and
infra/ops/restore.py.

    target/ci/venv/bin/python -m infra.ci.ops.deploy

Every change of a value or setting must publish new versions, and SAM must read the same values. The
checks run in a temporary folder, with fake `sam` and `aws` programs that record their arguments.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from samcli.cli.types import CfnParameterOverridesType
from samcli.commands._utils.template import get_template_data, move_template

from infra.ci.template.translate import expanded
from infra.ops import deploy

ROOT = Path(__file__).resolve().parents[3]
NEEDED = {
    "StripePublishableKey": "pk_test_check",
    "StripeSecretKeyArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:check",
    "StripeSingleUserPriceId": "price_single",
    "StripeTeamPriceId": "price_team",
}
# Values that the shell or SAM must quote.
ODD = {"MailFromName": "Time Tracker & Co", "ProductName": "It's=x", "RunbookUrl": 'a"b', "TrialReminderDays": "3,1", "AppUrl": ""}

RECORDS = """#!{python}
import json, os, sys
with open(os.environ["CALLS"], "a") as file:
    file.write(json.dumps(sys.argv) + "\\n")
if "describe-stack-resources" in sys.argv:
    print("onramp-" + sys.argv[sys.argv.index("--logical-resource-id") + 1] + "-1")
elif "describe-table" in sys.argv:
    print(os.environ.get("INDEXES", '["by-due", "by-mail", "by-cohort", "by-work"]'))
elif sys.argv[1] == "deploy":
    with open(sys.argv[sys.argv.index("--template-file") + 1]) as file:
        indexes = [line.split()[-1] for line in file if "IndexName:" in line]
    with open(os.environ["CALLS"] + "-indexes", "a") as file:
        file.write(json.dumps(indexes) + "\\n")
elif "invoke" in sys.argv:
    print("Unhandled" if os.environ.get("PRICES") == "fail" else "None")
elif sys.argv[0].endswith("aws"):
    stack = json.loads(os.environ["STACK"])
    if stack is None:
        sys.exit("An error occurred (ValidationError): Stack with id onramp does not exist")
    print(json.dumps({{"Stacks": [{{"Parameters": [{{"ParameterKey": k, "ParameterValue": v}} for k, v in stack.items()]}}]}}))
"""


# A stack of three functions. The last release, at 09:00, changed the first, kept the second, and
# added the third.
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

# Tables are files. A full batch is only written in part, as by a throttled table.
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
        sys.exit(f"unexpected AWS call: {{other}}")
"""


def sams(words: list[str] | dict) -> dict[str, str]:
    """Returns parameters of the command line or samconfig.toml as SAM parses them."""
    unquoted = CfnParameterOverridesType().convert(words, None, None)
    return {str(name): str(value) for name, value in unquoted.items()}


class Project:
    """A copy of the files that infra/ops/deploy.py reads, with a build in SAM's format."""

    def __init__(self, folder: Path):
        self.folder, self.built = folder, folder / ".aws-sam/build/template.yaml"
        self.calls = folder / "calls"
        for name in ("template.yaml", "samconfig.toml", "infra/ops/deploy.py", "infra/observability/template.yaml"):
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
        """Returns the exit code, the output, and the calls of `sam` and `aws`."""
        self.calls.write_text("")
        environment = {**os.environ, "PATH": f"{self.folder}/bin", "CALLS": str(self.calls), "STACK": json.dumps(stack)}
        words = [sys.executable, str(self.folder / "infra/ops/deploy.py"), "--config-env", env, *arguments]
        run = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr, [json.loads(line) for line in self.calls.read_text().splitlines()]


def of(template: str, given: dict[str, str]) -> dict[str, str]:
    """Returns every parameter's value in the stage production."""
    config = deploy.stage((ROOT / "samconfig.toml").read_text(), "production")
    return deploy.values(template, config, words(given))[0]


def words(given: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in given.items()]


def versions(template: str, of: dict[str, str]) -> dict[str, str]:
    """Returns the logical id of each function's version."""
    resources = expanded(deploy.stamped(template, deploy.stamp(of, template)))["Resources"]
    return {
        resource["Properties"]["FunctionName"]["Ref"]: name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Version"
    }


def check_published_versions(project: Project):
    built = project.built.read_text()
    functions = built.count("Type: AWS::Serverless::Function")
    fourteen, ten = of(built, NEEDED), of(built, {**NEEDED, "StripeTrialDays": "10"})
    one, other = versions(built, fourteen), versions(built, ten)
    assert len(one) == len(other) == functions > 0, (one, functions)
    kept = [name for name in one if one[name] == other[name]]
    assert not kept, f"a new value did not change the version of {kept}"
    assert versions(built, fourteen) == one, "the same values changed a version"
    turned = dict(reversed(fourteen.items()))
    assert versions(built, turned) == one, "another order of the values changed a version"
    # SAM alone publishes no version for any of these changes.
    others = (("Timeout: 10", "Timeout: 11"), ("Default: PassThrough", "Default: Active"), ("Ref: Logs", "Ref: AccessLogs"), ("Runtime: provided.al2023", "Runtime: provided.al2027"))
    for was, becomes in others:
        assert was in built, was
        changed = versions(built.replace(was, becomes, 1), fourteen)
        kept = [name for name in one if one[name] == changed[name]]
        assert not kept, f"{becomes} did not change the version of {kept}"
    once = deploy.stamped(built, deploy.stamp(fourteen, built))
    other = deploy.stamped(built, deploy.stamp(ten, built))
    assert deploy.stamped(other, deploy.stamp(fourteen, other)) == once, "stamping twice differs from stamping once"


def check_read_values(project: Project):
    """deploy.py reads the same values from the template and samconfig.toml as SAM."""
    template = get_template_data(str(project.built))
    read = deploy.defaults(project.built.read_text())
    wanted = {name: None if "Default" not in it else str(it["Default"]) for name, it in template["Parameters"].items()}
    assert read == wanted, (read, wanted)
    config = (ROOT / "samconfig.toml").read_text()
    for env in ("default", "staging", "production"):
        errors: list[str] = []
        assert deploy.stage_values(deploy.stage(config, env), errors) == sams(deploy.stage(config, env)["parameter_overrides"]), env
        assert not errors, errors
    for given in ('MailFromName="Time Tracker" TrialReminderDays=3,1', ['MailFromName="Time Tracker"', "A=b C=d"], {"A": 1}):
        assert deploy.stage_values({"parameter_overrides": given}, []) == sams(given), given


def check_command(project: Project):
    given = {**NEEDED, **ODD}
    wanted = of(project.built.read_text(), given)
    plain = project.built.read_text()
    code, output, calls = project.run(*words(given), "--dry-run", "--", "--region", "eu-west-1")
    assert (code, calls, project.built.read_text()) == (0, [], plain), output
    shown, mark = output.splitlines()
    code, output, calls = project.run(*words(given), "--", "--region", "eu-west-1")
    assert code == 0, output
    request, ran, _, invoked = calls
    assert request[1:5] == ["cloudformation", "describe-stacks", "--stack-name", "onramp"] and request[-2:] == ["--region", "eu-west-1"], request
    assert shlex.split(shown)[1:] == ran[1:], (shown, ran)
    at = ran.index("--parameter-overrides")
    files = ["--config-file", str(project.folder / "samconfig.toml"), "--template-file", str(project.built)]
    assert ran[1:at] == ["deploy", "--config-env", "production", *files, "--region", "eu-west-1"], ran
    assert sams(ran[at + 1 :]) == wanted, (sams(ran[at + 1 :]), wanted)
    stamp = deploy.stamp(wanted, plain)
    assert mark == f"# CONFIGURATION is {stamp}" and stamp in project.built.read_text()
    assert invoked[1:7] == ["lambda", "invoke", "--function-name", "onramp-BillingFunction-1", "--qualifier", "live"], invoked
    assert json.loads(invoked[invoked.index("--payload") + 1]) == {"refresh": "prices"} and invoked[-2:] == ["--region", "eu-west-1"], invoked
    # A failed refresh does not fail the deployment.
    project.build()
    os.environ["PRICES"] = "fail"
    code, output, _ = project.run(*words(given))
    del os.environ["PRICES"]
    assert code == 0 and "prices were not refreshed" in output, output
    assert wanted["LogRetentionDays"] == "365" and wanted["StripeTrialDays"] == "14", wanted
    project.build()


def check_rejections(project: Project):
    def refused(run: tuple[int, str, list[list[str]]], *errors: str):
        code, output, calls = run
        assert code == 2 and not [call for call in calls if call[0].endswith("sam")], (code, output, calls)
        assert all(error in output for error in errors) and output.count("✗") == len(errors), output

    given = words(NEEDED)
    last = {**of(project.built.read_text(), NEEDED), "StripeWebhookSecretArn": "arn:given-once", "LogRetentionDays": "30", "Gone": "1"}
    refused(project.run(*given, stack=last), "StripeWebhookSecretArn is arn:given-once in the stack and would become empty")
    assert project.run(*given, "StripeWebhookSecretArn=", stack=last)[0] == 0
    project.build()
    refused(project.run(*given[1:], "StripeTrialDay=3", "AllAtOnce", "MailFromName=a\\b"), "MailFromName contains a backslash", "StripePublishableKey has no value", "no parameter StripeTrialDay", "AllAtOnce is not Name=Value")
    refused(project.run(*given, env="prod"), "no stage prod")
    refused(project.run(env="default"), *(f"{name} still has the example value of samconfig.toml: run `onramp doctor`" for name in NEEDED))
    refused(project.run(*given, "--", "--parameter-overrides", "A=b"), "--parameter-overrides is not allowed after --")
    project.build(machine=0xB7)
    refused(project.run(*given), "BillingFunction is built for arm64 instead of x86_64")
    assert project.run(*given, "Architecture=arm64")[0] == 0
    project.build()
    text = project.built.read_text()
    project.built.write_text(text.replace("CONFIGURATION:", "CONFIGURED:"))
    refused(project.run(*given), "0 lines CONFIGURATION")
    project.built.write_text(text)
    source = project.folder / "template.yaml"
    os.utime(source, (project.built.stat().st_mtime + 1,) * 2)
    refused(project.run(*given), "template.yaml is newer than the build")
    # A packaged template is not compared with the sources.
    packaged = str(shutil.copy(project.built, project.folder / "packaged.yaml"))
    code, output, calls = project.run(*given, "--template", packaged)
    assert packaged in calls[1] and "deploying packaged.yaml without checks" in output, output
    project.built.unlink()
    refused(project.run(*given), "run sam build")


def check_indexes(project: Project):
    """Each deployment adds one index to the table of an existing stack."""
    given, every = words(NEEDED), ["by-due", "by-mail", "by-cohort", "by-work"]
    last = of(project.built.read_text(), NEEDED)
    plain = project.built.read_text()

    def deployed(present: list[str], stack: dict | None) -> list[list[str]]:
        seen = Path(f"{project.calls}-indexes")
        seen.unlink(missing_ok=True)
        os.environ["INDEXES"] = json.dumps(present or None)
        code, output, _ = project.run(*given, stack=stack)
        del os.environ["INDEXES"]
        assert code == 0, output
        return [json.loads(line) for line in seen.read_text().splitlines()]

    assert deployed(every, last) == [every]
    assert deployed(every[:3], last) == [every]
    assert deployed(every[:2], last) == [every[:3], every]
    assert deployed([], last) == [every[:1], every[:2], every[:3], every]
    # A new table has all indexes from the start.
    assert deployed([], None) == [every]
    stripped = deploy.without_indexes(plain, ["by-work", "by-cohort"])
    assert not re.search("AttributeName: (work|cohort)_", stripped)
    assert all(plain.count(f"AttributeName: {name}") == stripped.count(f"AttributeName: {name}") == 2 for name in ("due_pk", "due_at", "mail_pk", "mail_at"))
    assert deploy.without_indexes(plain, []) == plain
    project.build()


def check_rollback_commands(project: Project):
    """The runbook's two loops, which move the aliases back and forward."""
    page = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    back, forth = (block for block in re.findall(r"^```sh account\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if "update-alias" in block)
    program = project.folder / "bin/aws"
    program.write_text(ALIASES.format(python=sys.executable))
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "CALLS": str(project.calls)}
    for script, wanted in ((back, ["one live 10", "two live 3"]), (forth, ["one live 11", "two live 3", "new live 1"])):
        project.calls.write_text("")
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=environment, check=True)
        moves = project.calls.read_text().splitlines()
        assert moves == [f"arn:1:function:{moved}" for moved in wanted], moves


def check_restore(project: Project):
    """infra/ops/restore.py, for a whole table and for one partition."""

    def item(pk: str, version: int | None = None, sk: str = "ORG", **more: str) -> dict:
        made = {"pk": {"S": pk}, "sk": {"S": sk}, **{name: {"S": text} for name, text in more.items()}}
        return made if version is None else {**made, "version": {"N": str(version)}}

    same, grown = item("ORG#same", 3, name="Acme"), [item(f"EMAIL#{n}", sk="USER") for n in range(30)]
    member, limit = item("ORG#other", sk="MEMBER#usr_1", role="member"), item("LIMIT#1", sk="TIMES", times="2")
    was = [same, item("ORG#other", 4, name="Good"), member, item("ORG#gone", 2), item("LIMIT#1", sk="TIMES", times="1"), *grown]
    # The live item also has attributes of the wrong type.
    now = [same, item("ORG#other", 9, name="Bad", mail="none", admins="none"), item("ORG#late", 1), limit]
    program = project.folder / "bin/aws"
    program.write_text(TABLES.format(python=sys.executable))
    environment = {**os.environ, "PATH": str(program.parent), "CALLS": str(project.calls), "TABLES": str(project.folder)}

    def restore(*more: str, source: list[dict] = was) -> tuple[int, str, list[dict]]:
        project.calls.write_text("")
        (project.folder / "restored").write_text(json.dumps(source))
        words = [sys.executable, str(ROOT / "infra/ops/restore.py"), "--source", "restored", "--table", "live", *more, "--", "--region", "eu-west-1"]
        run = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        found = json.loads((project.folder / "live").read_text())
        return run.returncode, run.stdout + run.stderr, in_order(found)

    def in_order(items: list[dict]) -> list[dict]:
        return sorted(items, key=lambda it: (it["pk"]["S"], it["sk"]["S"]))

    (project.folder / "live").write_text(json.dumps(now))
    code, output, found = restore()
    assert code == 0 and "33 items to restore, 1 to delete, of 4" in output and found == in_order(now), output
    assert "access restored: ORG#other MEMBER#usr_1 as member" in output, output
    assert restore("--write", source=[])[0] == 1 and not project.calls.read_text()
    # Restoring one organization changes nothing else, and its version only rises.
    back = item("ORG#other", 10, name="Good")
    code, output, found = restore("--write", "--partition", "ORG#other")
    assert found == in_order([back, same, member, *now[2:]]), (output, found)
    code, output, found = restore("--write")
    assert code == 0 and "31 items restored, 1 deleted" in output, output
    gone = item("ORG#gone", 1_000_002)
    assert found == in_order([same, back, member, gone, limit, *grown]), (output, found)
    assert project.calls.read_text().splitlines() == ["1 of 25", "24 of 24", "7 of 7"]
    assert restore("--write")[1].startswith("0 items restored, 0 deleted")


def check_build_settings(project: Project):
    """The stages build one function after the other. samconfig.toml has the reason."""
    config = tomllib.loads((project.folder / "samconfig.toml").read_text(encoding="utf-8"))
    builds = {name: stage["build"]["parameters"] for name, stage in config.items() if name != "version"}
    assert builds and not any(build.get("parallel") or build["cached"] for build in builds.values()), builds


def main():
    checks = (check_build_settings, check_published_versions, check_read_values, check_command, check_rejections, check_indexes, check_rollback_commands, check_restore)
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            check(Project(Path(folder).resolve()))
    print("each changed value or setting publishes new versions, and SAM reads the same values")


if __name__ == "__main__":
    main()
