"""Organizations that sign up and pay, their Stripe events, and the check of what became of them.

The history of an organization is a created subscription, paid invoices, and a failed invoice. Each
event has an effect of its own, so a lost or repeated event is visible at the end.
"""

import json
import re
import time
import urllib.parse
import uuid
from collections import Counter
from dataclasses import dataclass, field

from infra.ci.load.client import Client, Response

CREATED, PAID, FAILED = "customer.subscription.created", "invoice.payment_succeeded", "invoice.payment_failed"
HISTORY = [CREATED, *[PAID] * 6, FAILED]
# Names of organizations that are not part of a scenario.
SAMPLE, LAST = "Sample", "Last"
# Seconds. The local control interface returns all emails and items at once.
LONG = 300


@dataclass
class Organization:
    name: str
    with_trial: bool
    # The same form, when it is sent again.
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    id: str = ""
    invoices: set[str] = field(default_factory=set)
    failed: int = 0

    async def sign_up(self, client: Client, number: int) -> Response:
        """Sends the form, each organization from its own IP address. Sets the id after success."""
        form = {
            "name": self.name, "full_name": "Jo Doe", "email": f"jo@{self.name.lower()}.example",
            "start_trial": str(self.with_trial).lower(), "form_token": self.token,
        }
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-local-source-ip": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }
        response = await client.request("POST", "/organizations/new", urllib.parse.urlencode(form).encode(), headers)
        if response.status == 303:
            self.id = re.search(r"org_[0-9a-f-]+", response.head)[0]
        return response


class Events:
    """Builds events from samples that the local stack created for one organization."""

    def __init__(self, samples: dict[str, str], organization: str, customer: str, subscription: str, created: int):
        self.samples, self.organization, self.customer = samples, organization, customer
        self.subscription, self.created = subscription, created

    @classmethod
    async def of(cls, client: Client) -> "Events":
        sample = Organization(SAMPLE, with_trial=False)
        await sample.sign_up(client, 0)
        samples = {}
        for kind in (CREATED, PAID, FAILED):
            sent = await local(client, "POST", "stripe/events", {"type": kind, "organization_id": sample.id})
            assert sent["statuses"] == [200], sent
            samples[kind] = sent["event"]
        paid = samples[CREATED]["data"]["object"]
        texts = {kind: json.dumps(event, indent=2) for kind, event in samples.items()}
        return cls(texts, sample.id, paid["customer"], paid["id"], samples[CREATED]["created"])

    def build(self, organization: Organization, kind: str, number: int) -> bytes:
        """Returns event `number` of an organization. Each event is one second newer than the one before."""
        key = f"{organization.id.removeprefix('org_').replace('-', '')}{number:04}"
        text = self.samples[kind].replace(self.organization, organization.id)
        text = text.replace(self.customer, f"cus_{key[:-4]}").replace(self.subscription, f"sub_{key[:-4]}")
        event = json.loads(text)
        event["id"], event["created"] = f"evt_{key}", self.created - 3600 + number
        if kind != CREATED:
            invoice = f"in_{key}"
            event["data"]["object"] |= {"id": invoice, "created": event["created"]}
            organization.invoices.add(invoice)
            organization.failed += kind == FAILED
        return json.dumps(event, indent=2).encode()

    def history(self, organization: Organization, kinds: list[str]) -> list[bytes]:
        return [self.build(organization, kind, number) for number, kind in enumerate(kinds)]


async def local(client: Client, method: str, path: str, body=None):
    """Calls the local control interface."""
    sent = b"" if body is None else json.dumps(body).encode()
    response = await client.request(method, f"/_local/{path}", sent, {"content-type": "application/json"}, patience=LONG)
    assert response.status == 200, f"{method} {path}: {response.status} {response.body[:500]}"
    return json.loads(response.body)


async def settle(client: Client) -> float:
    """Waits until everything is done that the requests caused. Returns the seconds."""
    since = time.monotonic()
    await local(client, "POST", "settle")
    return time.monotonic() - since


async def let_two_hours_pass(client: Client):
    """Lets the mailer send the emails that wait for a scheduled run."""
    # The mailer decides about an email whose outcome is uncertain after it sent a later one.
    last = await Organization(LAST, with_trial=True).sign_up(client, 1 << 23)
    assert last.status == 303, last
    await settle(client)
    for _ in range(4):
        await local(client, "POST", "clock", {"advance": "30m"})


async def check(client: Client, organizations: list[Organization]) -> list[str]:
    """Returns what is lost or doubled.

    Each organization exists once, is active, was provisioned once, has one welcome email and one email
    for each failed invoice, and knows its newest invoices. The samples have an organization too.
    """
    listed = await local(client, "GET", "organizations")
    names, status = Counter(it["name"] for it in listed), {it["id"]: it["status"] for it in listed}
    mails = Counter((it["organization_id"], it["kind"]) for it in await local(client, "GET", "mail"))
    events = {it["detail"]["id"]: it for it in await local(client, "GET", "events") if it["detail-type"] == "organization.provisioned"}
    provisioned = Counter(it["detail"]["organization_id"] for it in events.values())
    items = await local(client, "GET", "table")
    stored = {it["pk"]["S"]: it for it in items if it["sk"]["S"] == "ORG"}
    wrong = []
    for one in organizations:
        invoices = set(stored.get(f"ORG#{one.id}", {}).get("billing", {}).get("M", {}).get("invoices", {}).get("M", {}))
        found = {
            "organizations with its name": (names[one.name], 1),
            "status": (status.get(one.id), "active"),
            "times provisioned": (provisioned[one.id], 1),
            "welcome emails": (mails[one.id, "welcome"], 1),
            "emails about a failed payment": (mails[one.id, "payment_failed"], one.failed),
            "stored invoices": (sorted(invoices)[-20:], sorted(one.invoices)[-20:]),
        }
        wrong += [f"{one.name}: {what}: {is_}, expected {should}" for what, (is_, should) in found.items() if is_ != should]
    dead = await local(client, "GET", "dead-letters")
    wrong += [f"dead letter of {it['function']}: {it['reason']}" for it in dead]
    extra = len([it for it in listed if it["name"] not in (SAMPLE, LAST)]) - len(organizations)
    return wrong + ([f"{extra} organizations that no one signed up"] if extra else [])
