"""Rehearses the deployment of a stage on MiniStack, a second implementation of AWS.

    target/ci/rehearsal/bin/python -m infra.ci.rehearsal.rehearse target/ci/sam-build target/debug/onramp

It deploys the built functions with infra/ops/deploy.py and the real SAM CLI, first as a new stage and
then with changes. After that it runs `onramp smoke` and `onramp doctor --deployed`, and reads what the
functions did. The result must have exactly the differences that differences.toml lists.
"""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import botocore.session
from infra.ci.rehearsal.server import DOMAIN
from infra.ci.running import running

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "target/ci/rehearsal"
LISTED = Path(__file__).with_name("differences.toml")
STACK = "onramp-staging"
REGION = "eu-west-1"
WEBHOOK_SECRET = "whsec_b25yYW1wLXJlaGVhcnNhbC13ZWJob29r"
# MiniStack runs schedules, streams, and queues in the background. A schedule is due every minute.
PATIENCE = 100
UNDELIVERED = "failed to deliver webhook; retrying"
# The stage has no valid key of Stripe, and no endpoint of a host app.
EXPECTED = {UNDELIVERED, "failed to call Stripe; retrying", "failed to read price"}
# PyPI only has version 1 of the AWS CLI. Its payloads are always raw text, so it lacks this option.
AWS = """#!{python}
import sys
from awscli.clidriver import main
if "--cli-binary-format" in sys.argv:
    at = sys.argv.index("--cli-binary-format")
    del sys.argv[at : at + 2]
sys.exit(main())
"""

Values = dict[str, str]


def isolate() -> None:
    """Replaces the settings of this process and its children, so that no call can reach an account."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "STRIPE_"))]:
        del os.environ[name]
    shim = FOLDER / "shim/aws"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(AWS.format(python=sys.executable), encoding="utf-8")
    shim.chmod(0o755)
    os.environ |= {
        **dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull),
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "rehearsal"),
        **dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), REGION),
        "PATH": os.pathsep.join([str(shim.parent), str(ROOT / "target/ci/venv/bin"), os.environ["PATH"]]),
        "SAM_CLI_TELEMETRY": "0",
        "NO_COLOR": "1",
    }


class Stage:
    """The stage on MiniStack."""

    def __init__(self, url: str, built: Path, program: Path):
        port = int(url.rsplit(":", 1)[1])
        # With a name instead of an address, the clients would look up a host name for each bucket.
        endpoint, self.api, self.domain = (f"http://127.0.0.1:{port + further}" for further in range(3))
        self.endpoint = os.environ["AWS_ENDPOINT_URL"] = endpoint
        self.built, self.program = built, program
        self.differences: set[str] = set()
        self.client = botocore.session.Session().create_client

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False)

    def failures(self) -> list[str]:
        """Returns why resources could not be created or changed, also in the nested stack."""
        clouds = self.client("cloudformation")
        pages = clouds.get_paginator("describe_stack_events")
        events = [event for stack in clouds.describe_stacks()["Stacks"] for page in pages.paginate(StackName=stack["StackId"]) for event in page["StackEvents"]]
        return [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in events if event["ResourceStatus"].endswith("_FAILED")]

    def resources(self) -> dict[str, list[str]]:
        """Returns the names of the stack's resources by type."""
        found: dict[str, list[str]] = {}
        for page in self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK):
            for resource in page["StackResourceSummaries"]:
                found.setdefault(resource["ResourceType"], []).append(resource["PhysicalResourceId"])
        return found


# ---- deployments ----


def prepare(stage: Stage) -> Values:
    """Creates what a stage needs before its first deployment, and returns the stage's values."""
    secrets, mail = stage.client("secretsmanager"), stage.client("sesv2")
    contents = {"StripeSecretKeyArn": "rk_test_rehearsal", "StripeWebhookSecretArn": WEBHOOK_SECRET, "HostWebhookSecretsArn": WEBHOOK_SECRET}
    arns = {name: secrets.create_secret(Name=f"onramp/staging/{name}", SecretString=text)["ARN"] for name, text in contents.items()}
    mail.create_email_identity(EmailIdentity="example.com")
    return {
        **arns,
        "StripePublishableKey": "pk_test_rehearsal",
        "StripeSingleUserPriceId": "price_single",
        "StripeTeamPriceId": "price_team",
        "ProductName": "Acme Hours",
        "HostEventSource": "acme-hours",
        "MailIdentity": "example.com",
        "MailFromEmail": "hello@example.com",
        "MailFromName": "Acme Hours",
        "OperatorEmails": "ops@example.com",
        "AlarmEmail": "ops@example.com",
        "TicketEmail": "ops@example.com",
        "RunbookUrl": "https://example.com/runbook",
        # No such host exists, so every webhook stays in the queue.
        "HostWebhookUrl": "https://host.invalid/onramp",
    }


def custom_domain(stage: Stage) -> Values:
    certificate = stage.client("acm").request_certificate(DomainName=DOMAIN)["CertificateArn"]
    zone = stage.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference="rehearsal")["HostedZone"]["Id"]
    return {"DomainName": DOMAIN, "CertificateArn": certificate, "HostedZoneId": zone.rsplit("/", 1)[-1]}


def versions(stage: Stage) -> Values:
    """Returns the version that each function's alias runs."""
    functions = stage.client("lambda")
    aliases = [arn.rsplit(":", 1) for arn in stage.resources().get("AWS::Lambda::Alias", [])]
    return {name: functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"] for name, alias in aliases}


def deploy(stage: Stage, title: str, given: Values, moves: bool) -> None:
    """Deploys the stage. With `moves`, every function must get a new version, and otherwise none."""
    before, started = versions(stage) if title != "create" else {}, time.monotonic()
    words = [f"{name}={value}" for name, value in given.items()]
    run = stage.run(sys.executable, "infra/ops/deploy.py", "--config-env", "staging", "--template", stage.built / "template.yaml", *words)
    (FOLDER / f"{title}.log").write_text(run.stdout + run.stderr, encoding="utf-8")
    if run.returncode != 0:
        sys.exit(f"✗ the deployment `{title}` failed: read target/ci/rehearsal/{title}.log\n" + "\n".join(stage.failures() or [run.stderr]))
    after = versions(stage)
    wrong = [name for name, version in after.items() if (version != before.get(name)) != moves]
    if wrong or not after:
        sys.exit(f"✗ after the deployment `{title}`, these functions have {'no' if moves else 'a'} new version: {', '.join(wrong)}: check CONFIGURATION in infra/ops/deploy.py")
    notes = [line.removeprefix("! ") for line in run.stderr.splitlines() if line.startswith("! ")]
    # A template outside .aws-sam/build may come from another machine.
    stage.differences |= {f"deployment: {note}" for note in notes if "without checks" not in note}
    print(f"✓ {title}: {len(after)} functions, {time.monotonic() - started:.0f} s")


# ---- observations ----


def smoke(stage: Stage, title: str, url: str) -> str:
    """Runs the smoke test and returns the address that signed up."""
    run = stage.run(stage.program, "smoke", "--url", url, "--email", f"{title}@example.com", ONRAMP_WEBHOOK_SECRET=WEBHOOK_SECRET)
    print(run.stdout)
    stage.differences |= {f"smoke: {step}: {message}" for step, message in re.findall(r"✗ (.*?) +\d+ ms  (.*)", run.stdout)}
    address = re.search(r"\((\S+@\S+)\)", run.stdout)
    return address[1] if address else sys.exit(f"✗ the smoke test created no organization: read target/ci/rehearsal/server.log\n{run.stderr}")


def doctor(stage: Stage, values: Values) -> None:
    """Runs the doctor. Its findings about Stripe and DNS are not about AWS, so they do not count."""
    settings = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    run = stage.run(stage.program, "doctor", "--config-env", "staging", "--deployed", "--url", stage.api, "--json", *settings)
    if not run.stdout:
        sys.exit(f"✗ the doctor made no report: {run.stderr}")
    findings = json.loads(run.stdout)["findings"]
    counted = [it for it in findings if it["area"] != "stripe" and it["subject"] != "DMARC"]
    stage.differences |= {f"doctor: {it['subject']} {it['said']}" for it in counted if it["verdict"] != "good"}
    print(f"✓ doctor: {sum(it['verdict'] == 'good' for it in counted)} of {len(counted)} findings are good")


def observe(stage: Stage, addresses: list[str]) -> None:
    """Waits for what the functions do in the background, and reads what went wrong."""
    resources, queues, logs = stage.resources(), stage.client("sqs"), stage.client("logs")
    [group] = [name for name in resources["AWS::Logs::LogGroup"] if "AccessLogs" not in name]

    def expect(what: str, happened: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not (done := happened()) and time.monotonic() < end:
            time.sleep(1)
        print(f"{'✓' if done else '✗'} {what}")
        if not done:
            stage.differences.add(f"effect: {what}: not within {PATIENCE} s")

    def welcomed(address: str) -> bool:
        """Whether exactly one welcome email was sent to the address."""
        with urllib.request.urlopen(f"{stage.endpoint}/_ministack/ses/messages", timeout=10) as response:
            sent = [mail for account in json.load(response)["messages"].values() for mail in account]
        return sum(address in mail["To"] and mail["Subject"].startswith("Welcome to") for mail in sent) == 1

    def logged() -> list[dict]:
        """Returns the log lines of all functions."""
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [json.loads(event["message"]) for page in pages for event in page["events"] if event["message"].startswith("{")]

    def waiting(queue: str) -> int:
        [url] = [url for url in resources["AWS::SQS::Queue"] if f"-{queue}-" in url]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return sum(int(count) for count in queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values())

    for address in addresses:
        expect(f"the stream led to one welcome email to {address.split('+')[0]}", lambda address=address: welcomed(address))
    for metric in ("ProvisionerRan", "ReconcilerRan"):
        expect(f"the schedule led to {metric}", lambda metric=metric: any(metric in line for line in logged()))
    expect("the bus led to a call of the endpoint", lambda: any(line.get("message") == UNDELIVERED for line in logged()))
    expect("webhooks wait for their next attempt", lambda: waiting("Webhooks") > 0)
    lines = logged()
    (FOLDER / "functions.log").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    problems = {line["message"] for line in lines if line.get("level") in ("WARN", "ERROR")}
    stage.differences |= {f"log: {text}" for text in problems - EXPECTED}
    stage.differences |= {f"dead letters: {name} has a message" for name in ("DeadLetters", "UndeliveredWebhooks") if waiting(name)}
    for bucket in resources["AWS::S3::Bucket"]:
        if stage.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"]:
            stage.differences.add("dead letters: Unpublished has an object")
    if responds_with(stage.api) != 404:
        stage.differences.add("domain: the default endpoint still responds")


def responds_with(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url}/organizations/new", timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def compare(found: set[str]) -> list[str]:
    """Reports differences that are not listed, and listed ones that did not occur."""
    listed = [it["what"] for it in tomllib.loads(LISTED.read_text(encoding="utf-8"))["difference"]]
    file = LISTED.relative_to(ROOT)
    return [
        *(f"{what}: this is new. Fix our side, or list it in {file} with a decision" for what in sorted(found - set(listed))),
        *(f"{what}: this no longer occurs. Remove it from {file}, with the adapter if there is one" for what in listed if what not in found),
    ]


def main() -> int:
    built, program = (Path(word).resolve() for word in sys.argv[1:])
    server = [sys.executable, "-m", "infra.ci.rehearsal.server"]
    log = FOLDER / "server.log"
    isolate()
    with running(server, "/_ministack/ready", log, ROOT) as url:
        stage = Stage(url, built, program)
        stage.differences |= {f"MiniStack: {gap}" for gap in re.findall(r"^gap: (.*)", log.read_text(encoding="utf-8"), re.MULTILINE)}
        values = prepare(stage)
        deploy(stage, "create", values, moves=True)
        first = smoke(stage, "default", stage.api)
        values["SessionIdleDays"] = "7"
        deploy(stage, "parameter", values, moves=True)
        deploy(stage, "nothing", values, moves=False)
        values["DeploymentPreference"] = "AllAtOnce"
        deploy(stage, "all-at-once", values, moves=True)
        values |= custom_domain(stage)
        deploy(stage, "domain", values, moves=True)
        second = smoke(stage, "domain", stage.domain)
        doctor(stage, values)
        observe(stage, [first, second])
    errors = compare(stage.differences)
    for error in errors:
        print(f"✗ {error}", file=sys.stderr)
    if not errors:
        print(f"five deployments on MiniStack passed, with the {len(stage.differences)} listed differences")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
