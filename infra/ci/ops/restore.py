"""Runs the restore commands of docs/deploy.md against a running local stack.

    python3 -m infra.ci.ops.restore target/debug/onramp

The check creates emails of every kind and state, copies the table, changes more data, and restores
the copy. After the restore, no email is sent twice and no session is valid. Sign-ins, links in
emails, due reminders, Stripe's events, and published events work.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

from infra.ci.running import TIMEOUT, running

ROOT = Path(__file__).resolve().parents[3]
TABLE = "onramp-Table"
SES_REFUSES = [{"service": "sesv2", "rate": 1.0, "kind": "reset"}]
SES_FAILS = [{"service": "sesv2", "rate": 1.0, "kind": "error_500"}]
BUS_REFUSES = [{"function": "event-publisher", "service": "events", "rate": 1.0, "kind": "access_denied"}]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Person:
    """A user's browser."""

    def __init__(self, stage: "Stage", email: str):
        self.stage, self.email, self.cookie = stage, email, ""

    def request(self, method: str, path: str, form: dict | None = None):
        headers = {"accept": "application/json", "cookie": self.cookie}
        sent = None if form is None else urllib.parse.urlencode(form).encode()
        status, headers, body = self.stage.request(method, path, sent, headers)
        for cookie in headers.get_all("set-cookie") or []:
            if cookie.startswith("__Host-s=") and not cookie.startswith("__Host-s=;"):
                self.cookie = cookie.split(";")[0]
        return status, body

    def done(self, method: str, path: str, expected: int, form: dict | None = None):
        status, body = self.request(method, path, form)
        assert status == expected, f"{self.email}: {method} {path}: status {status}, expected {expected}: {body[:500]}"
        return body

    def sign_up(self, organization: str, trial: bool):
        form = {"name": organization, "full_name": "Jo Doe", "email": self.email}
        self.done("POST", "/organizations/new", 303, {**form, **({"start_trial": "true"} if trial else {})})
        self.stage.settle()

    def organization(self) -> str:
        return json.loads(self.done("GET", "/onboarding/api/checklist", 200))["organization"]["id"]

    def is_signed_in(self) -> bool:
        return self.request("GET", "/onboarding/api/checklist")[0] == 200

    def ask_for_link(self):
        self.done("POST", "/login", 200, {"email": self.email})
        self.stage.settle()

    def sign_in(self):
        self.ask_for_link()
        self.done("POST", self.stage.link(self.email, "/login/"), 303, {})
        assert self.is_signed_in(), f"{self.email} has no session after the sign-in"

    def copy(self) -> "Person":
        other = Person(self.stage, self.email)
        other.cookie = self.cookie
        return other


class Stage:
    """The running local stack and its control interface."""

    def __init__(self, url: str):
        self.url = url

    def request(self, method: str, path: str, sent: bytes | None = None, headers: dict | None = None):
        request = urllib.request.Request(self.url + path, sent, headers or {}, method=method)
        try:
            response = urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, response.headers, response.read().decode()

    def local(self, method: str, path: str, body=None):
        sent = None if body is None else json.dumps(body).encode()
        status, _, response = self.request(method, f"/_local/{path}", sent, {"content-type": "application/json"})
        assert status == 200, f"{method} {path}: {status} {response}"
        return json.loads(response)

    def settle(self):
        self.local("POST", "settle")

    def advance(self, by: str):
        self.local("POST", "clock", {"advance": by})

    def faults(self, plan: list[dict]):
        self.local("POST", "faults", plan)

    def stripe(self, kind: str, organization: str, **fields) -> dict:
        sent = self.local("POST", "stripe/events", {"type": kind, "organization_id": organization, "set": fields})
        assert sent["statuses"] == [200], sent
        self.settle()
        return sent["event"]

    def link(self, email: str, path: str) -> str:
        """Returns the path of the newest emailed link that starts with `path`."""
        found = [it for mail in self.local("GET", "mail") if email in mail["to"] for it in re.findall(rf"{path}[\w-]+", mail["text"])]
        return found[-1]

    def delete(self, pk: str, sk: str):
        body = json.dumps({"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}).encode()
        status, _, response = self.request("POST", "/_local/dynamodb", body, {"x-amz-target": "DynamoDB_20120810.DeleteItem"})
        assert status == 200, response

    def overdue(self) -> list[str]:
        """Returns the index entries that the scheduled runs did not process."""
        now = self.local("GET", "clock")["now"]
        found = []
        for key, item in self.items().items():
            for index in ("due", "mail"):
                place, at = (item.get(f"{index}_{name}", {}).get("S", "") for name in ("pk", "at"))
                if place.startswith(("DUE", "MAIL", "UNREADABLE")) and at < now:
                    found.append(f"{key} in {place} since {at}")
        return found

    def mails(self) -> Counter:
        """Counts the emails by kind and recipient."""
        return Counter((mail["kind"], *mail["to"]) for mail in self.local("GET", "mail"))

    def items(self) -> dict[tuple[str, str], dict]:
        return {(it["pk"]["S"], it["sk"]["S"]): it for it in self.local("GET", "table")}

    def versions(self) -> dict[tuple[str, str], int]:
        return {key: int(it["version"]["N"]) for key, it in self.items().items() if key[1] == "ORG"}

    def unsubscribe(self, email: str):
        """Unsubscribes in one click, as mail clients do (RFC 8058)."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        status, _, response = self.request("POST", self.link(email, "/mail/unsubscribe/"), b"List-Unsubscribe=One-Click", headers)
        assert status == 200, response

    def notices(self, organization: str) -> dict[str, str]:
        mail = self.items()[f"ORG#{organization}", "ORG"]["mail"]["M"]
        return {key: state["M"]["state"]["S"] for key, users in mail.items() for state in users["M"].values()}

    def invitations(self) -> dict[str, str]:
        """Returns the email states of all invitations by id."""
        return {sk.removeprefix("INVITE#"): it["mail"]["M"]["state"]["S"] for (_, sk), it in self.items().items() if sk.startswith("INVITE#")}


def commands() -> tuple[str, str]:
    """Returns the commands of the guide: those before the functions stop, and those after."""
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh account\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    first, second = (it for it in blocks if "restore.py" in it and "--partition" not in it)
    return tuple(block.replace("onramp-staging-Table-…", TABLE) for block in (first, second))


class Operator:
    """A terminal with the AWS CLI."""

    def __init__(self, stage: Stage, folder: Path):
        self.folder, programs = folder, folder / "bin"
        (folder / "bucket").mkdir()
        programs.mkdir()
        python = f"exec {sys.executable}"
        for name, script in (("aws", f'{python} {ROOT / "infra/ci/ops/local_aws.py"} "$@"'), ("python3", f'{python} "$@"'), ("sleep", ":"), ("cargo", ":")):
            (programs / name).write_text(f"#!/bin/sh\n{script}\n")
            (programs / name).chmod(0o755)
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "STACK": stage.url, "FOLDER": str(folder)}

    def keep_copy(self, items: list[dict]):
        (self.folder / "copy.json").write_text(json.dumps(items), encoding="utf-8")

    def republish(self, events: list[dict]) -> list[str]:
        """Publishes the batches in the bucket. Returns the names of the batches that remain."""
        bucket = self.folder / "bucket"
        for number, event in enumerate(events):
            (bucket / f"{number:03}").write_text(json.dumps({"payload": json.dumps(event)}), encoding="utf-8")
        self.run("python3 infra/ops/republish.py --stack-name onramp")
        return [it.name for it in bucket.iterdir()]

    def run(self, script: str) -> str:
        words = ["bash", "-euo", "pipefail", "-c", script]
        ran = subprocess.run(words, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{script}{ran.stdout}{ran.stderr}"
        return ran.stdout


class Drill:
    """Creates data, copies it, and restores the copy. Acme and Crop are on trial, and Bolt pays."""

    def __init__(self, stage: Stage, operator: Operator):
        self.stage, self.operator = stage, operator
        self.jo, self.kim, self.lee, self.ann, self.eve = (Person(stage, f"{name}@example.com") for name in ("jo", "kim", "lee", "ann", "eve"))
        self.mo, self.ray = Person(stage, "mo@example.com"), Person(stage, "ray@example.com")

    def payment_fails(self, invoice: str, again: dict | None = None) -> dict:
        same = {name: again[name] for name in ("id", "created")} if again else {}
        return self.stage.stripe("invoice.payment_failed", self.bolt, **{**same, "data.object.id": invoice})

    def complete(self, *people: Person, task: str):
        for person in people:
            person.done("POST", f"/onboarding/api/checklist/complete/{task}", 200)

    def until_the_copy(self):
        """Creates data until the copy. At the copy, emails of every kind are pending or have an
        unknown state.
        """
        stage, jo, kim, lee, ann = self.stage, self.jo, self.kim, self.lee, self.ann
        jo.sign_up("Acme", trial=True)
        jo.sign_in()
        kim.sign_up("Bolt", trial=False)
        self.bolt = kim.organization()
        stage.stripe("customer.subscription.created", self.bolt)
        stage.stripe("invoice.paid", self.bolt, **{"data.object.id": "in_1"})
        stage.advance("260h")
        jo.sign_in()
        kim.sign_in()
        jo.done("POST", "/members/invitations", 200, {"email": self.ray.email, "role": "admin"})
        stage.settle()
        [self.to_revoke] = stage.invitations()
        stage.faults(SES_FAILS)
        ann.sign_up("Dart", trial=True)
        kim.ask_for_link()
        stage.faults(SES_REFUSES)
        lee.sign_up("Crop", trial=True)
        self.payment_fails("in_2")
        jo.done("POST", "/members/invitations", 200, {"email": self.mo.email, "role": "member"})
        stage.settle()
        self.acme, self.crop, self.dart = jo.organization(), lee.organization(), ann.organization()
        of = stage.notices
        states = [of(self.crop)["welcome"], of(self.bolt)["payment_failed/in_2"], of(self.dart)["welcome"], *sorted(stage.invitations().values())]
        assert states == ["pending", "pending", "unknown", "pending", "sent"], states
        self.copied = stage.items()
        self.operator.keep_copy(list(self.copied.values()))
        self.kept, self.ended = jo.copy(), jo.copy()

    def until_the_restore(self):
        """Changes data after the copy: emails are sent, sessions end and begin, a reminder is due,
        an organization is deleted.
        """
        stage, jo, kim, lee = self.stage, self.jo, self.kim, self.lee
        stage.faults([])
        stage.advance("20m")
        sent = [stage.mails()[mail] for mail in (("welcome", lee.email), ("payment_failed", kim.email), ("invitation", self.mo.email))]
        assert sent == [1, 1, 1], sent
        jo.done("POST", "/account/sessions/end-all", 200, {})
        assert not self.ended.is_signed_in()
        jo.sign_in()
        self.sent_since = self.payment_fails("in_3")
        self.eve.sign_up("Late", trial=True)
        jo.done("POST", f"/members/invitations/{self.to_revoke}/revoke", 200, {})
        self.complete(jo, lee, task="created_project")
        stage.advance("5h")
        assert stage.mails()["trial_ending", jo.email] == 1, "one reminder is sent between the copy and the restore"
        stage.unsubscribe(jo.email)
        self.people = [jo.copy(), kim.copy(), lee.copy(), self.ann.copy(), self.eve.copy()]
        assert all(person.is_signed_in() for person in self.people)
        stage.faults(SES_REFUSES)
        self.waits_since = self.payment_fails("in_4")
        self.versions = stage.versions()
        stage.delete(f"ORG#{self.crop}", "ORG")
        stage.settle()
        self.sent = stage.mails()

    def restore(self):
        """Runs the commands of the guide. They write what they counted, and a second run has
        nothing to write.
        """
        stage, operator = self.stage, self.operator
        first, second = commands()
        count, table = first.splitlines()[-1], stage.items()
        counted = operator.run(first)
        operator.run(count)
        assert stage.items() == table, "the dry run wrote to the table"
        written = operator.run(second.replace("aws dynamodb delete-table", "#"))
        to_restore, restored = re.search(r"(\d+) items to restore", counted), re.search(r"(\d+) items restored", written)
        assert to_restore and restored and to_restore[1] == restored[1] != "0", (counted, written)
        assert "0 items to restore, 0 to delete" in operator.run(count)
        lower = [key for key, version in stage.versions().items() if version < self.versions.get(key, 0)]
        assert not lower, f"the next events would reuse ids, because versions fell: {lower}"
        stage.faults([])
        stage.settle()
        stage.advance("20m")
        assert stage.mails() == self.sent, stage.mails() - self.sent
        assert not stage.overdue(), stage.overdue()
        again = operator.run(count)
        assert "0 items to restore, 0 to delete" in again, f"after the scheduled runs: {again}"
        operator.run("aws dynamodb delete-table --table-name onramp-staging-restored")

    def stripe_sends_again(self):
        self.payment_fails("in_3", again=self.sent_since)
        self.stage.advance("20m")
        assert self.stage.mails() == self.sent, self.stage.mails() - self.sent
        self.payment_fails("in_4", again=self.waits_since)
        self.sent["payment_failed", self.kim.email] += 1
        assert self.stage.mails() == self.sent, "an email that was pending since the copy is sent once"
        assert set(self.stage.notices(self.bolt).values()) == {"sent"}, self.stage.notices(self.bolt)

    def users_sign_in_again(self):
        items = self.stage.items()
        valid = [it.email for it in (self.kept, self.ended, *self.people) if it.is_signed_in()]
        assert not valid, f"sessions are still valid: {valid}"
        assert not [key for key in items if key[1].startswith("SESSION#") or key[0].startswith("ASKED#")]
        users = [key for key in self.copied if key[1] == "USER" and key[0].startswith("USER#")]
        same = [key for key in users if int(items[key]["epoch"]["N"]) <= int(self.copied[key]["epoch"]["N"])]
        assert users and not same, f"sessions of the copy could become valid again: {same}"
        for person, organization in ((self.jo, self.acme), (self.kim, self.bolt), (self.lee, self.crop), (self.ann, self.dart)):
            person.sign_in()
            assert person.organization() == organization, person.email
        self.ray.done("POST", self.stage.link(self.ray.email, "/invitations/"), 404, {"full_name": "Ray Moe"})
        self.mo.done("POST", self.stage.link(self.mo.email, "/invitations/"), 303, {"full_name": "Mo Roe"})

    def due_emails_are_sent(self):
        stage, jo, kim, lee, ann = self.stage, self.jo, self.kim, self.lee, self.ann
        self.complete(jo, lee, task="created_client")
        stage.advance("13d")
        reminders = {person: stage.mails()["trial_ending", person.email] for person in (jo, lee, ann)}
        assert reminders == {jo: 1, lee: 2, ann: 2}, "jo unsubscribed after the copy, and the others have two reminders"
        assert stage.mails()["trial_ended", jo.email] == 1, "the unsubscribe does not stop the trial-ended email"
        self.payment_fails("in_5")
        assert stage.mails()["payment_failed", kim.email] == self.sent["payment_failed", kim.email] + 1
        assert not stage.overdue(), stage.overdue()
        assert not stage.local("GET", "dead-letters")

    def saved_changes_are_published(self):
        stage = self.stage
        stage.faults(BUS_REFUSES)
        self.lee.sign_in()
        self.complete(self.lee, task="set_working_hours")
        stage.advance("24h")
        stage.faults([])
        saved = [it["event"] for it in stage.local("GET", "dead-letters") if it["function"] == "event-publisher"]
        assert saved, "no change is among the dead letters"
        assert self.operator.republish(saved) == [], "the bucket is not empty"
        events = [it for it in stage.local("GET", "events") if it["source"] != "aws.ses"]
        ticks = [it["detail"] for it in events if it["detail-type"] == "checklist.task_completed"]
        tasks = [it["task_key"] for it in ticks if it["organization_id"] == self.crop]
        assert tasks[-1] == "set_working_hours", tasks
        ids = Counter(it["detail"]["id"] for it in events)
        assert max(ids.values()) == 1, f"events share an id: {ids.most_common(3)}"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = [sys.argv[1], "--memory", "--set", "TrialReminderDays=3,1"]
        with running(program, "/_local/health", folder / "log") as url:
            stage = Stage(url)
            drill = Drill(stage, Operator(stage, folder))
            drill.until_the_copy()
            drill.until_the_restore()
            drill.restore()
            drill.stripe_sends_again()
            drill.users_sign_in_again()
            drill.due_emails_are_sent()
            drill.saved_changes_are_published()
    print("after the restore, users sign in, due emails are sent once, and changes are published")


if __name__ == "__main__":
    main()
