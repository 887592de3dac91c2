"""Stripe's own Python library as the judge of our signature check.

    python stripe_oracle.py target/debug/onramp

The library signs; a running stack must answer as the library itself judges the same header and body. Where we are
deliberately stricter than it, the case says so.
"""

import json
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from stripe import SignatureVerificationError, WebhookSignature

from running import PATIENCE, running

SECRET = "whsec_local_onramp"
EVENT = Path(__file__).resolve().parents[1] / "events/stripe-webhook/invoice-paid.json"


@dataclass
class Case:
    name: str
    body: str
    header: str | None
    # Ours alone: the library would take it.
    stricter: bool = False


def sign(body: str, ago: int = 0, secret: str = SECRET) -> str:
    return WebhookSignature.generate_signature_header(body, secret, int(time.time()) - ago)


def cases() -> list[Case]:
    event = json.loads(json.loads(EVENT.read_text(encoding="utf-8"))["body"])
    indented = json.dumps(event, indent=2)
    compact = json.dumps(event, separators=(",", ":"))
    event["data"]["object"]["customer_name"] = "Zoë Søn 株式会社 🤝 \u2028"
    unicode = json.dumps(event, indent=2, ensure_ascii=False)
    escaped = json.dumps(event, indent=2)
    unknown = json.dumps({**event, "id": "evt_unknown_type", "type": "tax.settings.updated"})
    good, other = sign(indented), sign(indented, secret="whsec_another")
    time_part, ours = good.split(",")
    return [
        Case("as Stripe sends it", indented, good),
        Case("again, the same bytes", indented, good),
        Case("without blanks", compact, sign(compact)),
        Case("beyond ASCII", unicode, sign(unicode)),
        Case("beyond ASCII, escaped", escaped, sign(escaped)),
        Case("a type that nobody here knows", unknown, sign(unknown)),
        Case("a rotation: another secret's signature first", indented, f"{time_part},{other.split(',')[1]},{ours}"),
        Case("a scheme of the future beside it", indented, f"{good},v9={'0' * 64}"),
        Case("almost five minutes old", indented, sign(indented, ago=280)),
        Case("more than five minutes old", indented, sign(indented, ago=310)),
        Case("almost five minutes ahead", indented, sign(indented, ago=-280)),
        Case("more than five minutes ahead", indented, sign(indented, ago=-320), stricter=True),
        Case("two times", indented, f"{good},{time_part}", stricter=True),
        Case("another secret", indented, other),
        Case("serialised anew", compact, good),
        Case("one byte more", indented + " ", good),
        Case("only a scheme of the past", indented, good.replace("v1=", "v0=")),
        Case("no time", indented, ours),
        Case("an empty header", indented, ""),
        Case("no header", indented, None),
    ]


def judge(case: Case) -> int:
    """The status that Stripe's library stands for."""
    try:
        WebhookSignature.verify_header(case.body, case.header, SECRET, tolerance=300)
    except SignatureVerificationError:
        return 400
    return 200


def post(url: str, case: Case) -> int:
    headers = {"content-type": "application/json; charset=utf-8"}
    if case.header is not None:
        headers["stripe-signature"] = case.header
    request = urllib.request.Request(f"{url}/billing/webhooks/stripe", case.body.encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        log, faults = Path(folder) / "onramp", 0
        with running([sys.argv[1], "--memory"], "/_local/health", log) as url:
            for case in cases():
                library, ours = judge(case), post(url, case)
                expected = 400 if case.stricter else library
                if case.stricter and library != 200:
                    print(f"✗ {case.name}: the library has become as strict as we are")
                    faults += 1
                if ours != expected:
                    print(f"✗ {case.name}: {ours}, and not {expected}")
                    faults += 1
                else:
                    print(f"✓ {case.name}: {ours}{' (the library would take it)' if case.stricter else ''}")
        if faults:
            print(log.read_text(errors="replace"), file=sys.stderr)
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
