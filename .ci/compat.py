"""The last release and this one in turn on one table, through the life of an organization.

    python3 .ci/compat.py target/previous/onramp target/debug/onramp

Every step is done by the other version than the step before, as people meet them while a deployment shifts traffic, and
after it was taken back. What one of them wrote has to be there for the other, and in the end for both.
"""

import json
import re
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from running import PATIENCE, running


# What an organization's item carries only while something is due.
PASSING = {"due_pk", "due_at", "mail_pk", "mail_at", "mail_ready"}


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Life:
    """One organization, whoever serves it."""

    def __init__(self, old: str, new: str, data: Path):
        self.programs, self.data, self.url, self.cookie, self.steps = {"old": old, "new": new}, data, "", "", 0

    def ask(self, method: str, path: str, form: dict | None = None, body: dict | None = None):
        headers = {"accept": "application/json", "cookie": self.cookie}
        sent = None
        if form is not None:
            sent = urllib.parse.urlencode(form).encode()
        if body is not None:
            sent, headers["content-type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.url + path, sent, headers, method=method)
        try:
            answer = urllib.request.build_opener(Stay).open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return answer.status, answer.headers, answer.read()

    def done(self, method: str, path: str, expected: int = 200, **sent):
        status, headers, body = self.ask(method, path, **sent)
        assert status == expected, f"{method} {path}: {status}, not {expected}: {body.decode(errors='replace')[:500]}"
        return headers, body

    def local(self, method: str, path: str, body: dict | None = None):
        return json.loads(self.done(method, path, body=body)[1])

    def checklist(self) -> dict:
        return json.loads(self.done("GET", "/onboarding/api/checklist")[1])

    def session(self, headers) -> None:
        self.cookie = next(one.split(";")[0] for one in headers.get_all("set-cookie") if one.startswith("__Host-s="))

    def by(self, version: str, name: str, step) -> None:
        """One step, by one version; then everything that it set in motion."""
        log = self.data.parent / "log"
        with running([self.programs[version], "--data", str(self.data)], "/_local/health", log) as self.url:
            try:
                before = self.organizations()
                step()
                self.local("POST", "/_local/settle")
                letters = self.local("GET", "/_local/dead-letters")
                assert not letters, f"given up: {json.dumps(letters)[:800]}"
                for organization, groups in before.items():
                    lost = groups - self.organizations()[organization] - PASSING
                    assert not lost, f"{organization} lost {sorted(lost)}"
            except Exception as failure:
                sys.exit(f"✗ {version}: {name}: {failure}\n{log.read_text(errors='replace')[-3000:]}")
        self.steps += 1

    def organizations(self) -> dict[str, set[str]]:
        """The groups of each organization's item."""
        items = [item for item in self.local("GET", "/_local/table") if item["sk"]["S"] == "ORG"]
        return {item["pk"]["S"]: set(item) for item in items}

    # ---- what happens ----

    def sign_up(self):
        form = {"name": "Two Versions", "full_name": "Jo Doe", "email": "jo@example.com", "start_trial": "true"}
        self.session(self.done("POST", "/organizations/new", 303, form=form)[0])

    def tick(self, task: str):
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

    def is_whole(self, ticked: set[str], status: str, members: int):
        listed = self.checklist()
        found = {task["key"] for task in listed["tasks"] if task["completed"]}
        assert found == ticked, f"ticked are {sorted(found)}, not {sorted(ticked)}"
        assert listed["organization"]["status"] == status, listed["organization"]
        page = self.done("GET", "/members")[1].decode()
        assert page.count("@example.com") >= members, "a member is missing"
        kinds = [mail["kind"] for mail in self.local("GET", "/_local/mail")]
        assert kinds.count("welcome") == 1, kinds
        items = self.local("GET", "/_local/table")
        assert not [item for item in items if item.get("mail_pk", {}).get("S") == "UNREADABLE"], "an item cannot be read"


def live(life: Life) -> None:
    life.by("old", "sign-up", life.sign_up)
    life.by("new", "first tick", lambda: life.tick("created_project"))
    life.by("old", "second tick", lambda: life.tick("created_client"))
    life.by("new", "a sign-in link is asked for", life.ask_for_link)
    life.by("old", "the link is used", life.use_link)
    life.by("new", "an invitation", life.invite)
    life.by("old", "the invited join", life.join)
    life.by("new", "payment", life.pay)
    ticked = {"created_project", "created_client", "invited_team_member", "added_billing_info"}
    # Taken back: the older version finds all of it, goes on, and the next upgrade finds that.
    life.by("old", "after the rollback", lambda: life.is_whole(ticked, "active", 2))
    life.by("old", "a tick after the rollback", lambda: life.tick("set_working_hours"))
    life.by("new", "after the next upgrade", lambda: life.is_whole(ticked | {"set_working_hours"}, "active", 2))


def main() -> int:
    old, new = sys.argv[1:]
    taken = 0
    for first, second, way in ((old, new, "old first"), (new, old, "new first")):
        with tempfile.TemporaryDirectory() as folder:
            life = Life(first, second, Path(folder) / "data")
            live(life)
            taken += life.steps
            print(f"✓ {way}: {life.steps} steps, each by the other version, and nothing is lost")
    print(f"two versions share one table, {taken} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
