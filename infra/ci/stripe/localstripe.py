"""Sends signed webhooks of the third-party Stripe mock `localstripe` to a running stack.

    python -m infra.ci.stripe.localstripe target/debug/onramp

`localstripe` uses an API version of 2017, without Checkout and `invoice.paid`, so it covers the
oldest events that an endpoint may receive. It runs as a separate process. None of its code is
linked or copied.
"""

import json
import re
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from infra.ci.running import TIMEOUT, running

SECRET = "whsec_local_onramp"


def call(url: str, fields: dict | None = None, headers: dict | None = None, method: str | None = None, form: bool = False):
    """Sends a request and returns the status, headers, and body."""
    body = None
    if fields is not None:
        body = (urllib.parse.urlencode(fields) if form else json.dumps(fields)).encode()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        headers = {"content-type": kind, **(headers or {})}
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        response = urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return response.status, response.headers, response.read()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Returns redirects to the caller instead of following them."""

    def redirect_request(self, *_):
        return None


class Onramp:
    """One organization of a running stack."""

    def __init__(self, url: str):
        self.url = url
        visitor = {"name": "Acme Corp", "full_name": "Ann Ace", "email": "ann@acme.example", "start_trial": False}
        status, headers, body = call(f"{url}/organizations/new", visitor)
        assert status == 303, body
        self.id = headers["location"].rpartition("/")[2]
        self.session = headers["set-cookie"].partition(";")[0]

    def state(self) -> tuple[str, str, int]:
        """Returns the organization's status, its access, and the number of welcome emails."""
        call(f"{self.url}/_local/settle", {})
        _, _, checklist = call(f"{self.url}/onboarding/api/checklist", headers={"cookie": self.session})
        _, _, mails = call(f"{self.url}/_local/mail")
        organization = json.loads(checklist)["organization"]
        welcomes = sum(mail["kind"] == "welcome" for mail in json.loads(mails))
        return organization["status"], organization["access"], welcomes

    def complete_checkout(self, customer: str):
        """Completes a Checkout, which links the customer to the organization. localstripe has no
        Checkout.
        """
        event = {"type": "checkout.session.completed", "organization_id": self.id, "set": {"data.object.customer": customer}}
        status, _, body = call(f"{self.url}/_local/stripe/events", event)
        assert status == 200, body


class Stripe:
    """The API of localstripe."""

    def __init__(self, url: str, log: Path):
        self.url, self.log = url, log

    def make(self, what: str, fields: dict) -> str:
        status, _, body = call(f"{self.url}/v1/{what}", fields, {"authorization": "Bearer sk_test_12345"}, form=True)
        assert status == 200, f"{what}: {body}"
        return json.loads(body)["id"]

    def delete(self, what: str):
        status, _, body = call(f"{self.url}/v1/{what}", headers={"authorization": "Bearer sk_test_12345"}, method="DELETE")
        assert status == 200, f"{what}: {body}"

    def delivered(self, kind: str, count: int = 1):
        """Waits until events of this type were delivered. Only the log of localstripe shows that."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            log = self.log.read_text(errors="replace")
            failed = re.findall(r'webhook ".*" failed.*', log)
            assert not failed, failed
            if log.count(f'webhook "{kind}" successfully delivered') >= count:
                return
            time.sleep(0.05)
        sys.exit(f"{kind} was not delivered within {TIMEOUT} s")


def expect(what: str, found, expected):
    assert found == expected, f"{what}: found {found}, expected {expected}"
    print(f"✓ {what}: {', '.join(map(str, found))}")


def journey(onramp: Onramp, stripe: Stripe):
    call(f"{stripe.url}/_config/webhooks/onramp", {"url": f"{onramp.url}/billing/webhooks/stripe", "secret": SECRET})
    expect("signed up without a trial", onramp.state(), ("pending", "billing_only", 0))

    product = stripe.make("products", {"name": "TimeTracker", "type": "service"})
    # A subscription without our metadata counts only with a price of a plan.
    price = {"id": "price_local_team", "product": product, "amount": 2900, "currency": "eur", "interval": "month"}
    plan = stripe.make("plans", price)
    customer = stripe.make("customers", {"email": "ann@acme.example"})
    card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2040, "card[cvc]": 123}
    method = stripe.make("payment_methods", card)
    stripe.make(f"payment_methods/{method}/attach", {"customer": customer})
    stripe.make(f"customers/{customer}", {"invoice_settings[default_payment_method]": method})
    subscription = stripe.make("subscriptions", {"customer": customer, "items[0][plan]": plan})
    stripe.delivered("customer.subscription.created")
    stripe.delivered("invoice.payment_succeeded")
    expect("payment by an unknown customer", onramp.state(), ("pending", "billing_only", 0))

    onramp.complete_checkout(customer)
    expect("customer linked, parked events applied", onramp.state(), ("active", "full", 1))

    stripe.delete(f"subscriptions/{subscription}")
    stripe.delivered("customer.subscription.deleted")
    expect("subscription canceled", onramp.state(), ("canceled", "read_only", 1))


def main(binary: str):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "localstripe"
        mock = [sys.executable, "-m", "localstripe", "--from-scratch"]
        with (
            running([str(Path(binary).resolve()), "--memory"], "/_local/health", folder / "onramp") as onramp,
            # localstripe stores its data in a file with a fixed name. --from-scratch keeps it from
            # reading an old one.
            running(mock, "/", log, folder) as stripe,
        ):
            journey(Onramp(onramp), Stripe(stripe, log))


if __name__ == "__main__":
    main(sys.argv[1])
