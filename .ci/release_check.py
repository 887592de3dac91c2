"""Every function as `sam build` leaves it, started on the Lambda Runtime API, answers events.

    python release_check.py target/ci/sam-build target/debug/onramp

The functions' own logic is tested elsewhere; here it is shown that what is built starts without an account, speaks
the Runtime API, reaches AWS through its endpoint variables, refuses to start with bad variables, and holds nothing
that does not belong into it. The second program is the local stack's, which holds all of that.
"""

import base64
import hashlib
import hmac
import json
import os
import queue
import subprocess
import sys
import time
from pathlib import Path

import binary
from canned_aws import CannedAws
from runtime_api import RuntimeApi

ROOT = Path(__file__).resolve().parents[1]
WEBHOOK_SECRET = "whsec_local_onramp"
HOST_SECRET = "dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5"

# A start and an answer take milliseconds; this is the patience for a machine that is busy with a build.
PATIENCE = 20

VARIABLES = {
    "TABLE_NAME": "onramp",
    "PUBLIC_URL": "https://onramp.example",
    "PRODUCT_NAME": "TimeTracker",
    "STRIPE_ENABLE_TRIALS": "true",
    "STRIPE_TRIAL_DAYS": "14",
    "TRIAL_REMINDER_DAYS": "3",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_local_onramp",
    "STRIPE_SECRET_KEY": "sk_test_local_onramp",
    "STRIPE_SINGLE_USER_PRICE_ID": "price_local_single",
    "STRIPE_TEAM_PRICE_ID": "price_local_team",
    "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "MAIL_FROM_EMAIL": "noreply@timetracker.com",
    "MAIL_FROM_NAME": "TimeTracker",
    "MAIL_CONFIGURATION_SET": "onramp-mail",
    "MAIL_LINK_CONFIGURATION_SET": "onramp-links",
    "EVENT_BUS_NAME": "default",
    "HOST_EVENT_SOURCE": "timetracker",
    "HOST_KEYS": f"local:{HOST_SECRET}",
    "EMBED_ORIGINS": "https://app.example.com",
}


def status(expected: int, location: str = ""):
    """An HTTP answer of that status, and of that place if it redirects."""

    def holds(answer, calls):
        assert answer["statusCode"] == expected, f"status {answer['statusCode']}, not {expected}"
        headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        assert not location or headers.get("location") == location, f"location {headers.get('location')}"

    return holds


def called(*operations: str):
    """Any answer, after calls of these operations."""

    def holds(answer, calls):
        missing = set(operations) - set(calls)
        assert not missing, f"no call of {', '.join(sorted(missing))} among {calls}"

    return holds


def taken(*operations: str):
    """No record of the stream is to be sent again, after calls of these operations."""

    def holds(answer, calls):
        assert answer == {"batchItemFailures": []}, f"the answer is {answer}"
        called(*operations)(answer, calls)

    return holds


CHECKS = {
    "org-signup": [
        ("get-form", status(200)),
        ("post-multipart", status(303, "/onboarding/welcome")),
        ("post-json-with-faults", status(422)),
    ],
    "sign-in": [
        ("get-login", status(200)),
        ("post-login", status(200)),
        ("post-handover-without-session", status(303, "/login?next=/dashboard")),
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
    "operator": [
        ("get-waiting-without-session", status(404)),
        ("post-extend-trial-without-session", status(404)),
        ("post-extend-trial-cross-site", status(403)),
    ],
    "stripe-webhook": [
        ("invoice-paid", status(200)),
        ("invoice-paid-unsigned", status(400)),
        ("invoice-paid-forged", status(400)),
    ],
    "trial-reminder": [("scheduled", called("Query"))],
    "mailer": [
        ("scheduled", called("Query")),
        ("stream-welcome", taken("GetItem", "UpdateItem", "SendEmail")),
    ],
    "event-publisher": [("stream-signed-up", taken("PutEvents"))],
}


def environment(runtime: RuntimeApi, aws: CannedAws, function: str, **changes: str) -> dict[str, str]:
    """What Lambda sets, and what the template sets."""
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
        "AWS_ENDPOINT_URL": aws.url,
        **VARIABLES,
        **changes,
    }


def load_event(function: str, case: str) -> dict:
    event = json.loads((ROOT / "events" / function / f"{case}.json").read_text(encoding="utf-8"))
    signers = {
        ("stripe-webhook", "invoice-paid"): ("stripe-signature", WEBHOOK_SECRET.encode()),
        ("checklist-write", "post-host-events"): ("onramp-signature", base64.urlsafe_b64decode(HOST_SECRET)),
    }
    if signer := signers.get((function, case)):
        # The signature in the file is of the file's own time; the binary's clock is the machine's.
        header, key = signer
        now = int(time.time())
        signed = f"{now}.{event['body']}".encode()
        event["headers"][header] = f"t={now},v1={hmac.new(key, signed, hashlib.sha256).hexdigest()}"
    return event


def check_answers(binary: Path, function: str) -> tuple[list[str], float]:
    """Starts the function once and gives it every event of its table. The faults, in words, and the milliseconds from
    the start to the first answer."""
    runtime, aws = RuntimeApi(), CannedAws()
    env = environment(runtime, aws, function)
    began, first = time.monotonic(), 0.0
    process = subprocess.Popen([binary], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    faults = []
    for case, holds in CHECKS[function]:
        event = load_event(function, case)
        aws.deliver(event)
        try:
            kind, answer = runtime.invoke(event, PATIENCE)
            first = first or (time.monotonic() - began) * 1e3
            assert kind == "response", f"an error: {answer}"
            holds(answer, aws.calls)
        except queue.Empty:
            faults.append(f"{function}/{case}: no answer in {PATIENCE} s")
            break
        except (AssertionError, KeyError, TypeError) as fault:
            faults.append(f"{function}/{case}: {fault}")
    process.kill()
    said, _ = process.communicate()
    runtime.close()
    if faults:
        print(said, file=sys.stderr)
    return faults, first


def check_refusal(binary: Path, function: str) -> list[str]:
    """With a bad variable it ends, and names the variable and not its value."""
    runtime, aws = RuntimeApi(), CannedAws()
    # Every function needs the table but the publisher, which only reads its stream.
    name, value = ("EVENT_BUS_NAME", "a bus with spaces") if function == "event-publisher" else ("TABLE_NAME", "")
    env = environment(runtime, aws, function, **{name: value})
    try:
        done = subprocess.run([binary], env=env, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return [f"{function}: starts with a bad {name}"]
    finally:
        runtime.close()
    said = done.stdout + done.stderr
    if done.returncode == 0 or name not in said or (value and value in said):
        return [f"{function}: with a bad {name} it ended with {done.returncode} and said: {said}"]
    return []


def logical_id(function: str) -> str:
    """What the template calls it."""
    return "".join(part.capitalize() for part in function.split("-")) + "Function"


def main() -> int:
    built, local_program = Path(sys.argv[1]), Path(sys.argv[2])
    functions = sorted(folder.name for folder in (ROOT / "functions").iterdir() if folder.is_dir())
    faults = [f"{function}: no event is checked" for function in functions if function not in CHECKS]
    faults += binary.blind(local_program)
    for function in sorted(set(functions) & set(CHECKS)):
        program = built / logical_id(function) / "bootstrap"
        found, first = check_answers(program, function)
        found += check_refusal(program, function)
        found += [f"{function}: {fault}" for fault in binary.faults(program)]
        faults += found
        size = program.stat().st_size / 1e6
        events = len(CHECKS[function])
        print(f"{'✗' if found else '✓'} {function:<16} {events} events  {size:.1f} MB  first answer after {first:.0f} ms")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
