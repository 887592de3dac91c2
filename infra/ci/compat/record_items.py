"""Records an item of every kind as this version stores it. Tests check that later versions can read
the items.

    python3 -m infra.ci.compat.record_items target/debug/onramp NAME >infra/e2e/tests/e2e/journeys/items/NAME.json

The program performs the actions that create each kind of item. Then it prints the table, with a
session of each user and the checklist JSON of each organization. All data is invented, and the
secrets are not valid anywhere else.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from infra.ci.compat.versions import Journey
from infra.ci.running import running


class Person(Journey):
    def __init__(self, url: str, email: str):
        super().__init__("", "", Path())
        self.url, self.email = url, email

    def create_organization(self, name: str, trial: bool = True):
        form = {"name": name, "full_name": f"{self.email.split('@')[0].title()} Doe", "email": self.email, "start_trial": str(trial).lower()}
        self.session(self.done("POST", "/organizations/new", 303, form=form)[0])
        return self

    def token(self, kind: str, path: str) -> str:
        self.settle()
        mails = [mail for mail in self.local("GET", "/_local/mail") if mail["kind"] == kind and mail["to"] == [self.email]]
        return re.search(rf"{path}/([A-Za-z0-9_-]+)", mails[-1]["text"])[1]

    def sign_in(self):
        self.done("POST", "/login", form={"email": self.email})
        headers, _ = self.done("POST", f"/login/{self.token('sign_in', '/login')}", 303, form={})
        self.session(headers)
        return headers

    def settle(self):
        self.local("POST", "/_local/settle")

    def advance(self, span: str):
        self.local("POST", "/_local/clock", {"advance": span})

    def send(self, **spec):
        return self.local("POST", "/_local/stripe/events", spec)

    def invite_them(self, email: str, role: str) -> str:
        sent = self.done("POST", "/members/invitations", body={"email": email, "role": role})[1]
        return json.loads(sent)["invitation"]["id"]

    def accept(self):
        self.session(self.done("POST", f"/invitations/{self.token('invitation', '/invitations')}", 303, form={"full_name": "Mo Roe"})[0])
        return self


def create_items(url: str) -> dict[str, Person]:
    jo = Person(url, "jo@example.com").create_organization("Acme & Søn")
    jo.advance("264h")  # the reminder, with an unsubscribe link
    jo.sign_in()
    for task in ("created_project", "created_client"):
        jo.complete(task)
    jo.done("POST", "/onboarding/api/checklist/skip/generated_report")
    jo.done("POST", "/onboarding/api/checklist/dismiss")
    jo.invite_them("mo@example.com", "admin")
    mo = Person(url, "mo@example.com").accept()
    lee_id = jo.invite_them("lee@example.com", "member")
    lee = Person(url, "lee@example.com").accept()
    user = lee.cookie.split(".")[1]
    jo.done("POST", f"/members/{user}/remove")
    jo.invite_them("kim@example.com", "member")
    gone = jo.invite_them("li@example.com", "admin")
    jo.done("POST", f"/members/invitations/{gone}/revoke")
    assert lee_id != gone
    # A user without an organization signs in, which stores an organization grant.
    lee.cookie = ""
    lee.done("POST", "/login", form={"email": lee.email})
    lee.done("POST", f"/login/{lee.token('sign_in', '/login')}", 403, form={})
    pat = Person(url, "pat@example.com").create_organization("Pending Ltd", trial=False)
    pat.done("POST", "/billing/checkout", 303, form={"plan": "team"})
    ann = Person(url, "ann@example.com").create_organization("Paid Ltd")
    paid = ann.checklist()["organization"]["id"]
    for kind in ("customer.subscription.created", "invoice.payment_succeeded", "invoice.payment_failed", "charge.refunded"):
        ann.send(type=kind, organization_id=paid)
    ann.send(type="invoice.paid", customer="cus_nobody_knows", set={"data.object.metadata": {}})
    ann.send(type="invoice.paid", organization_id=paid, set={"data.object.amount_paid": "much"})
    operator = Person(url, "operator@example.com").create_organization("Operators")
    operator.sign_in()
    extended = jo.checklist()["organization"]["id"]
    operator.done("POST", f"/operator/organizations/{extended}/extend-trial", body={"days": 5, "reason": "A late start"})
    # An unused sign-in link.
    jo.done("POST", "/login", form={"email": jo.email})
    jo.settle()
    return {"jo": jo, "mo": mo, "pat": pat, "ann": ann, "operator": operator}


def main() -> int:
    program, name = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, running([program, "--memory"], "/_local/health", Path(folder) / "log") as url:
        people = create_items(url)
        person = people["jo"]
        person.settle()
        recorded = {
            "version": name,
            "now": person.local("GET", "/_local/clock")["now"],
            "people": {who: {"cookie": person.cookie, "checklist": person.checklist()} for who, person in people.items()},
            "items": sorted(person.local("GET", "/_local/table"), key=lambda item: (item["pk"]["S"], item["sk"]["S"])),
        }
    kinds = sorted({f"{item['pk']['S'].split('#')[0]} {item['sk']['S'].split('#')[0]}" for item in recorded["items"]})
    print(f"{len(recorded['items'])} items: {', '.join(kinds)}", file=sys.stderr)
    # One item per line, so that a diff of two recordings is readable.
    def line(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    items, people = (",\n".join(map(line, recorded.pop("items"))), ",\n".join(f"{line(who)}: {line(of)}" for who, of in recorded.pop("people").items()))
    print(f"{line(recorded)[:-1]},\n\"people\": {{\n{people}\n}},\n\"items\": [\n{items}\n]}}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
