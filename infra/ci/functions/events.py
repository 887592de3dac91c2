"""Runs every function that `sam build` built against a fake Lambda Runtime API and checks its
responses.

    python -m infra.ci.functions.events target/ci/sam-build target/debug/onramp

Other tests cover the functions' logic. This check covers the release binaries: each starts without
an AWS account, uses the Runtime API, reaches AWS through the AWS_ENDPOINT_URL variables, does not start with
invalid variables, and contains no secrets and no strings of the local stack. The second argument is
the local stack's program, which does contain those strings.
"""

import base64
import hashlib
import hmac
import json
import os
import queue
import re
import ssl
import subprocess
import sys
import time
from pathlib import Path

from infra.ci.functions import binary
from infra.ci.functions.canned_aws import CannedAws
from infra.ci.functions.runtime_api import RuntimeApi

ROOT = Path(__file__).resolve().parents[3]
WEBHOOK_SECRET = "whsec_local_onramp"
HOST_SECRET = "dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5"

# The secrets, by the variable in which the template passes the ARN of each.
SECRETS = {
    "STRIPE_SECRET_KEY": "sk_test_local_onramp",
    "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "HOST_KEYS": f"local:{HOST_SECRET}",
    "HOST_SIGNING_KEYS": f"local:{HOST_SECRET}",
    "API_KEYS": "local:local-api-key-0123456789abcdef0123456789",
    "HOST_WEBHOOK_SECRETS": "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA=",
}
ARNS = {variable: f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{variable.lower()}-AbCdEf" for variable in SECRETS}

# Seconds. A start and a response take milliseconds, but the machine may be busy with a build.
TIMEOUT = 20

VARIABLES = {
    "TABLE_NAME": "onramp",
    "PUBLIC_URL": "https://onramp.example",
    "PRODUCT_NAME": "TimeTracker",
    "STRIPE_ENABLE_TRIALS": "true",
    "STRIPE_TRIAL_DAYS": "14",
    "TRIAL_REMINDER_DAYS": "3",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_local_onramp",
    "STRIPE_SINGLE_USER_PRICE_ID": "price_local_single",
    "STRIPE_TEAM_PRICE_ID": "price_local_team",
    "MAIL_FROM_EMAIL": "noreply@timetracker.com",
    "MAIL_FROM_NAME": "TimeTracker",
    "MAIL_CONFIGURATION_SET": "onramp-mail",
    "MAIL_LINK_CONFIGURATION_SET": "onramp-links",
    "EVENT_BUS_NAME": "default",
    "HOST_EVENT_SOURCE": "timetracker",
    "EMBED_ORIGINS": "https://app.example.com",
    "WEBHOOK_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/onramp-Webhooks",
    "WEBHOOK_DEAD_LETTER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/onramp-UndeliveredWebhooks",
}


# A typical event of each function, whose cost the part `speed` measures: the case and its description.
TYPICAL = {
    "billing": ("post-checkout-without-session", "a Checkout without a session"),
    "checklist-read": ("get-landing", "the landing page"),
    "checklist-write": ("post-host-events", "the host app's signed events"),
    "event-publisher": ("stream-signed-up", "a change of the table"),
    "host-api": ("create", "a new organization"),
    "mailer": ("stream-welcome", "a welcome email"),
    "operator": ("get-waiting-without-session", "the review queue, without a session"),
    "org-signup": ("post-multipart", "a sign-up"),
    "provisioner": ("scheduled", "a run with nothing due"),
    "reconciler": ("scheduled", "a run with nothing due"),
    "sign-in": ("get-login", "the sign-in page"),
    "stripe-webhook": ("invoice-paid-provisions", "a first payment"),
    "trial-reminder": ("scheduled", "a run with nothing due"),
    "webhook-sender": ("message", "a webhook"),
}


def status(expected: int, location: str = ""):
    """Expects a response with this status and, if given, this location."""

    def check(response, calls):
        assert response["statusCode"] == expected, f"status {response['statusCode']}, not {expected}"
        headers = {name.lower(): value for name, value in response.get("headers", {}).items()}
        assert not location or headers.get("location") == location, f"location {headers.get('location')}"

    return check


def called(*operations: str):
    """Expects calls of these operations, and any response."""

    def check(response, calls):
        missing = set(operations) - set(calls)
        assert not missing, f"expected calls of {', '.join(sorted(missing))}, found {calls}"

    return check


def batch_succeeds(*operations: str):
    """Expects calls of these operations, and no record or message that failed."""

    def check(response, calls):
        assert response == {"batchItemFailures": []}, f"the response is {response}"
        called(*operations)(response, calls)

    return check


CHECKS = {
    "org-signup": [
        ("get-form", status(200)),
        ("post-multipart", status(303, "/onboarding/welcome")),
        ("post-json-with-errors", status(422)),
    ],
    "sign-in": [
        ("get-login", status(200)),
        ("post-login", status(200)),
        ("post-handover-without-session", status(303, "/login?next=/handover")),
    ],
    "checklist-read": [
        ("get-landing", status(200)),
        ("get-checklist-without-session", status(401)),
        ("get-unknown-path", status(404)),
        ("put-known-path", status(405)),
        ("get-widget-by-token", status(401)),
        ("options-widget", status(204)),
    ],
    "checklist-write": [
        ("post-dismiss-without-session", status(401)),
        ("post-dismiss-cross-site", status(403)),
        ("host-unknown-organization", called("GetItem")),
        ("post-host-events", status(200)),
    ],
    "billing": [
        ("post-checkout-without-session", status(303, "/login?next=/dashboard")),
        ("post-checkout-cross-site", status(403)),
        ("post-checkout-json", status(401)),
    ],
    "host-api": [
        ("base", status(200)),
        ("base-without-key", status(401)),
        ("get-unknown", status(404)),
        ("create-invalid", status(422)),
        ("create", status(201)),
    ],
    "operator": [
        ("get-waiting-without-session", status(404)),
        ("get-organizations", status(404)),
        ("post-extend-trial-without-session", status(404)),
        ("post-extend-trial-cross-site", status(403)),
        ("post-link-customer", status(404)),
        ("post-release-parked", status(404)),
        ("post-retry-step", status(404)),
        ("post-dismiss", status(404)),
    ],
    "stripe-webhook": [
        ("invoice-paid", status(200)),
        ("invoice-paid-provisions", called("BatchGetItem", "UpdateItem")),
        ("invoice-paid-unsigned", status(400)),
        ("invoice-paid-forged", status(400)),
    ],
    "trial-reminder": [("scheduled", called("Query"))],
    "provisioner": [("scheduled", called("Query")), ("organization-provisioned", called("GetItem"))],
    "reconciler": [("scheduled", called("Query"))],
    "mailer": [
        ("scheduled", called("Query")),
        ("stream-welcome", batch_succeeds("GetItem", "UpdateItem", "SendEmail")),
    ],
    "event-publisher": [("stream-signed-up", batch_succeeds("PutEvents"))],
    "webhook-sender": [
        ("message", batch_succeeds("webhook org_0198c0de-0000-7000-8000-000000000001/7/0", "PutItem")),
        ("message-unreadable", batch_succeeds("SendMessage")),
    ],
}


def secrets_of_template() -> set[str]:
    """Returns the variables in which the template passes the ARN of a secret."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"^ +([A-Z_]+): !Ref \w+Arn$", template, re.MULTILINE))


def canned_aws(tls: ssl.SSLContext | None = None) -> CannedAws:
    return CannedAws({ARNS[variable]: value for variable, value in SECRETS.items()}, tls)


def environment(runtime: RuntimeApi, aws: CannedAws, function: str, **changes: str) -> dict[str, str]:
    """Returns the variables that Lambda and the template set."""
    return {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": runtime.address,
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "checked",
        "AWS_LAMBDA_LOG_STREAM_NAME": "checked",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_SESSION_TOKEN": "example",
        **aws.endpoints,
        "HOST_WEBHOOK_URL": aws.host_url,
        **ARNS,
        **VARIABLES,
        **changes,
    }


def load_event(function: str, case: str) -> dict:
    event = json.loads((ROOT / "events" / function / f"{case}.json").read_text(encoding="utf-8"))
    for record in event.get("Records", []):
        if "messageId" in record:
            # The message in the file is older than 72 hours, so receive it now.
            record["attributes"]["ApproximateFirstReceiveTimestamp"] = str(int(time.time() * 1000))
    now = int(time.time())
    if function == "stripe-webhook":
        # Stripe sends an event within seconds. The function folds the facts of old events.
        past = now - event["requestContext"]["timeEpoch"] // 1000
        event["body"] = re.sub(r"\b\d{10}\b", lambda second: str(int(second[0]) + past), event["body"])
    stripe = ("stripe-signature", WEBHOOK_SECRET.encode())
    signers = {
        ("stripe-webhook", "invoice-paid"): stripe,
        ("stripe-webhook", "invoice-paid-provisions"): stripe,
        ("checklist-write", "post-host-events"): ("onramp-signature", base64.urlsafe_b64decode(HOST_SECRET)),
    }
    if signer := signers.get((function, case)):
        # The signature in the file has expired, so sign the event with the current time.
        header, key = signer
        signed = f"{now}.{event['body']}".encode()
        event["headers"][header] = f"t={now},v1={hmac.new(key, signed, hashlib.sha256).hexdigest()}"
    return event


def check_responses(binary: Path, function: str) -> tuple[list[str], float]:
    """Starts the function once and sends it every event of CHECKS. Returns the errors, and the
    milliseconds from the start to the first response.
    """
    runtime, aws = RuntimeApi(), canned_aws()
    env = environment(runtime, aws, function)
    began, first = time.monotonic(), 0.0
    process = subprocess.Popen([binary], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    errors = []
    for case, check in CHECKS[function]:
        event = load_event(function, case)
        aws.deliver(event)
        try:
            kind, response = runtime.invoke(event, TIMEOUT)
            first = first or (time.monotonic() - began) * 1e3
            assert kind == "response", f"the function returned an error: {response}"
            check(response, aws.calls)
        except queue.Empty:
            errors.append(f"{function}/{case}: no response within {TIMEOUT} s")
            break
        except (AssertionError, KeyError, TypeError) as error:
            errors.append(f"{function}/{case}: {error}")
    process.kill()
    output, _ = process.communicate()
    runtime.close()
    aws.close()
    if errors:
        print(output, file=sys.stderr)
    return errors, first


def check_bad_variable(binary: Path, function: str) -> list[str]:
    """With an invalid variable, the function exits and names the variable, but not its value."""
    runtime, aws = RuntimeApi(), canned_aws()
    # Every function needs the table, except event-publisher, which only reads the table's stream.
    name, value = ("EVENT_BUS_NAME", "a bus with spaces") if function == "event-publisher" else ("TABLE_NAME", "")
    env = environment(runtime, aws, function, **{name: value})
    try:
        done = subprocess.run([binary], env=env, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return [f"{function}: keeps running with an invalid {name}"]
    finally:
        runtime.close()
        aws.close()
    output = done.stdout + done.stderr
    if done.returncode == 0 or name not in output or (value and value in output):
        return [f"{function}: with an invalid {name} it exited with {done.returncode} and printed: {output}"]
    return []


def logical_id(function: str) -> str:
    """Returns the function's logical id in the template."""
    return "".join(part.capitalize() for part in function.split("-")) + "Function"


def main() -> int:
    built, local_program = Path(sys.argv[1]), Path(sys.argv[2])
    functions = sorted(folder.name for folder in (ROOT / "functions").iterdir() if folder.is_dir())
    errors = [f"{function}: CHECKS has no event for it" for function in functions if function not in CHECKS]
    if secrets_of_template() != set(SECRETS):
        errors.append(f"SECRETS must have the variables that the template sets to ARNs: {', '.join(sorted(secrets_of_template()))}")
    errors += binary.missed_patterns(local_program)
    for function in sorted(set(functions) & set(CHECKS)):
        program = built / logical_id(function) / "bootstrap"
        found, first = check_responses(program, function)
        found += check_bad_variable(program, function)
        found += [f"{function}: {error}" for error in binary.errors(program)]
        errors += found
        size = program.stat().st_size / 1e6
        events = len(CHECKS[function])
        print(f"{'✗' if found else '✓'} {function:<16} {events} events  {size:.1f} MB  first response after {first:.0f} ms")
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
