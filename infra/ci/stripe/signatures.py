"""Compares the webhook's signature check with Stripe's own Python library.

    python -m infra.ci.stripe.signatures target/debug/onramp

The library signs the events. For each header and body, a running stack must accept or reject the
request as the library does. Cases in which our check is stricter on purpose are marked.
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

from infra.ci.running import TIMEOUT, running

SECRET = "whsec_local_onramp"
EVENT = Path(__file__).resolve().parents[3] / "events/stripe-webhook/invoice-paid.json"


@dataclass
class Case:
    name: str
    body: str
    header: str | None
    # Whether our check rejects the request although the library accepts it.
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
    time_part, signature = good.split(",")
    return [
        Case("as Stripe sends it", indented, good),
        Case("the same bytes again", indented, good),
        Case("without spaces", compact, sign(compact)),
        Case("non-ASCII characters", unicode, sign(unicode)),
        Case("non-ASCII characters, escaped", escaped, sign(escaped)),
        Case("an unknown event type", unknown, sign(unknown)),
        Case("secret rotation: another secret's signature first", indented, f"{time_part},{other.split(',')[1]},{signature}"),
        Case("with an additional future scheme", indented, f"{good},v9={'0' * 64}"),
        Case("almost five minutes old", indented, sign(indented, ago=280)),
        Case("more than five minutes old", indented, sign(indented, ago=310)),
        Case("almost five minutes in the future", indented, sign(indented, ago=-280)),
        Case("more than five minutes in the future", indented, sign(indented, ago=-320), stricter=True),
        Case("two timestamps", indented, f"{good},{time_part}", stricter=True),
        Case("another secret", indented, other),
        Case("serialized again", compact, good),
        Case("one byte more", indented + " ", good),
        Case("only an old scheme", indented, good.replace("v1=", "v0=")),
        Case("no timestamp", indented, signature),
        Case("an empty header", indented, ""),
        Case("no header", indented, None),
    ]


def library_status(case: Case) -> int:
    """Returns the status that corresponds to the verdict of Stripe's library."""
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
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        log, errors = Path(folder) / "onramp", 0
        with running([sys.argv[1], "--memory"], "/_local/health", log) as url:
            for case in cases():
                library, ours = library_status(case), post(url, case)
                expected = 400 if case.stricter else library
                if case.stricter and library != 200:
                    print(f"✗ {case.name}: the library rejects it too: remove the mark stricter")
                    errors += 1
                if ours != expected:
                    print(f"✗ {case.name}: status {ours}, expected {expected}")
                    errors += 1
                else:
                    print(f"✓ {case.name}: {ours}{' (the library accepts it)' if case.stricter else ''}")
        if errors:
            print(log.read_text(errors="replace"), file=sys.stderr)
        return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
