"""Runs the last release and this version in turn on one table.

    python3 -m infra.ci.compat.versions target/previous/onramp target/debug/onramp

Each step runs on the other version than the step before. Users see the same mix while a deployment
shifts traffic, and after a rollback. Each version must keep and read the data that the other one
wrote.
"""

import json
import re
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from infra.ci.running import TIMEOUT, running


# Attributes that an organization's item has only while work is due.
TRANSIENT = {"due_pk", "due_at", "mail_pk", "mail_at", "mail_ready"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Journey:
    """One organization, served by either version."""

    def __init__(self, old: str, new: str, data: Path):
        self.programs, self.data, self.url, self.cookie, self.steps = {"old": old, "new": new}, data, "", "", 0

    def request(self, method: str, path: str, form: dict | None = None, body: dict | None = None):
        headers = {"accept": "application/json", "cookie": self.cookie}
        sent = None
        if form is not None:
            sent = urllib.parse.urlencode(form).encode()
        if body is not None:
            sent, headers["content-type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.url + path, sent, headers, method=method)
        try:
            response = urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, response.headers, response.read()

    def done(self, method: str, path: str, expected: int = 200, **sent):
        status, headers, body = self.request(method, path, **sent)
        assert status == expected, f"{method} {path}: status {status}, expected {expected}: {body.decode(errors='replace')[:500]}"
        return headers, body

    def local(self, method: str, path: str, body: dict | None = None):
        return json.loads(self.done(method, path, body=body)[1])

    def checklist(self) -> dict:
        return json.loads(self.done("GET", "/onboarding/api/checklist")[1])

    def session(self, headers) -> None:
        self.cookie = next(one.split(";")[0] for one in headers.get_all("set-cookie") if one.startswith("__Host-s="))

    def by(self, version: str, name: str, step) -> None:
        """Runs one step on one version, and then all work that the step caused."""
        log = self.data.parent / "log"
        with running([self.programs[version], "--data", str(self.data)], "/_local/health", log) as self.url:
            try:
                before = self.organizations()
                step()
                self.local("POST", "/_local/settle")
                dead_letters = self.local("GET", "/_local/dead-letters")
                assert not dead_letters, f"dead letters: {json.dumps(dead_letters)[:800]}"
                for organization, groups in before.items():
                    lost = groups - self.organizations()[organization] - TRANSIENT
                    assert not lost, f"{organization} lost {sorted(lost)}"
            except Exception as failure:
                sys.exit(f"✗ {version}: {name}: {failure}\n{log.read_text(errors='replace')[-3000:]}")
        self.steps += 1

    def organizations(self) -> dict[str, set[str]]:
        """Returns the attribute names of each organization's item."""
        items = [item for item in self.local("GET", "/_local/table") if item["sk"]["S"] == "ORG"]
        return {item["pk"]["S"]: set(item) for item in items}

    # ---- steps ----

    def sign_up(self):
        form = {"name": "Two Versions", "full_name": "Jo Doe", "email": "jo@example.com", "start_trial": "true"}
        self.session(self.done("POST", "/organizations/new", 303, form=form)[0])

    def complete(self, task: str):
        self.done("POST", f"/onboarding/api/checklist/complete/{task}")

    def pay(self):
        organization = self.checklist()["organization"]["id"]
        for kind in ("customer.subscription.created", "invoice.payment_succeeded"):
            sent = self.local("POST", "/_local/stripe/events", {"type": kind, "organization_id": organization})
            assert sent["statuses"] == [200], sent

    def ask_for_link(self):
        self.done("POST", "/login", form={"email": "jo@example.com"})

    def use_link(self):
        mail = [mail for mail in self.local("GET", "/_local/mail") if mail["kind"] == "sign_in"][-1]
        token = re.search(r"/login/([A-Za-z0-9_-]+)", mail["text"])[1]
        self.session(self.done("POST", f"/login/{token}", 303, form={})[0])

    def invite(self):
        self.done("POST", "/members/invitations", body={"email": "kim@example.com", "role": "admin"})

    def join(self):
        mail = [mail for mail in self.local("GET", "/_local/mail") if mail["kind"] == "invitation"][-1]
        token = re.search(r"/invitations/([A-Za-z0-9_-]+)", mail["text"])[1]
        mine, self.cookie = self.cookie, ""
        self.done("POST", f"/invitations/{token}", 303, form={"full_name": "Kim Roe"})
        self.cookie = mine

    def is_complete(self, completed: set[str], status: str, members: int):
        listed = self.checklist()
        found = {task["key"] for task in listed["tasks"] if task["completed"]}
        assert found == completed, f"completed tasks are {sorted(found)}, expected {sorted(completed)}"
        assert listed["organization"]["status"] == status, listed["organization"]
        page = self.done("GET", "/members")[1].decode()
        assert page.count("@example.com") >= members, "a member is missing"
        kinds = [mail["kind"] for mail in self.local("GET", "/_local/mail")]
        assert kinds.count("welcome") == 1, kinds
        items = self.local("GET", "/_local/table")
        assert not [item for item in items if item.get("mail_pk", {}).get("S") == "UNREADABLE"], "an item is unreadable"


def run(journey: Journey) -> None:
    journey.by("old", "sign-up", journey.sign_up)
    journey.by("new", "first completion", lambda: journey.complete("created_project"))
    journey.by("old", "second completion", lambda: journey.complete("created_client"))
    journey.by("new", "request for a sign-in link", journey.ask_for_link)
    journey.by("old", "use of the link", journey.use_link)
    journey.by("new", "invitation", journey.invite)
    journey.by("old", "acceptance of the invitation", journey.join)
    journey.by("new", "payment", journey.pay)
    completed = {"created_project", "created_client", "invited_team_member", "added_billing_info"}
    # After a rollback, the older version reads all data and writes more. After the next upgrade,
    # the newer version reads that data too.
    journey.by("old", "after the rollback", lambda: journey.is_complete(completed, "active", 2))
    journey.by("old", "completion after the rollback", lambda: journey.complete("set_working_hours"))
    journey.by("new", "after the next upgrade", lambda: journey.is_complete(completed | {"set_working_hours"}, "active", 2))


def main() -> int:
    old, new = sys.argv[1:]
    steps = 0
    for first, second, way in ((old, new, "old first"), (new, old, "new first")):
        with tempfile.TemporaryDirectory() as folder:
            journey = Journey(first, second, Path(folder) / "data")
            run(journey)
            steps += journey.steps
            print(f"✓ {way}: {journey.steps} steps, alternating versions, no data lost")
    print(f"the two versions share one table, {steps} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
