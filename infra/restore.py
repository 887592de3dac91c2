"""Writes the items of a restored copy back into the table of a stack.

    python3 infra/restore.py --source onramp-restored --table onramp-Table-ABC
    python3 infra/restore.py --source onramp-restored --table onramp-Table-ABC --write
    python3 infra/restore.py --source onramp-restored --table onramp-Table-ABC --partition ORG#org_… -- --profile acme

CloudFormation cannot replace a table that the whole stack refers to. So the stack keeps its table, and this program makes
the items what they were: it writes those that differ and deletes those that came later. Without `--write` it only counts.
It can be stopped and run again: a second run finds nothing to do. It holds both tables in memory.

Some facts must not go back in time, since the world outside of the table does not:

- All sessions end. The epoch of every user's sessions rises. Sessions are deleted, and so is what starts one without
  a new email: sign-in links, requests for them, and sign-up forms that can be sent again.
- No email is sent twice. An email keeps the state that it has now. One that waited in the copy, and whose state now is not
  final, counts as sent.
- Links in emails that people have keep working: invitations that are still open, and unsubscribe links.
- An invoice whose email was sent and folded since stays marked.
- An unsubscribe, a bounce, or a complaint since then still counts.
- Versions only rise, because the IDs of published events contain them.
- Rate limits, and what is known of SES's feedback, stay as they are now.

Stop all functions while it writes, unless it writes a single partition that is not in use.
"""

import argparse
import base64
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from republish import Aws

Item = dict[str, dict]
Key = tuple[str, str]
# BatchWriteItem takes 25 requests.
BATCH = 25
# An item that is missing now may have had any version since the copy. The next versions start above all of them.
GAP = 1_000_000

# Kinds of items, by the first words of their keys.
SIGN_INS = {
    ("USER", "SESSION"),
    ("ASKED", "ASKED"),
    ("LINK", "LINK"),
    ("LINK", "USED"),
    ("LINK", "FOUNDING"),
    ("SIGNUP", "SIGNUP"),
}
MAILED_LINKS = {("LINK", "INVITATION"), ("LINK", "UNSUBSCRIBE")}
# By the first word of the partition key alone.
LEFT_ALONE = {"LIMIT", "FEED", "BRAKE"}
# What an invitation says and allows. The newest email says the same, so these belong together.
INVITATION = {"role", "inviter", "invited_by", "created_at", "good_until", "expires_at", "sends", "secret_hash", "revoked_at"}
WISHES = {"no_reminders", "unreachable"}

# Where an item is in the indexes. The mailer reads every item of this partition at each run of its schedule, and writes the
# right place: only the code knows when something is due.
PLACE = {"mail_pk", "mail_at", "mail_ready", "due_pk", "due_at"}
PLACED_ANEW = {"S": "UNREADABLE"}


def read(aws: Aws, table: str, partition: str | None) -> dict[Key, Item]:
    """All items by their keys. The AWS CLI asks for page after page itself."""
    if partition is None:
        words = ["scan"]
    else:
        values = json.dumps({":pk": {"S": partition}})
        words = ["query", "--key-condition-expression", "pk = :pk", "--expression-attribute-values", values]
    found = json.loads(aws("dynamodb", *words, "--table-name", table, "--consistent-read", "--output", "json"))
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in found["Items"]}


def kind(key: Key) -> tuple[str, str]:
    pk, sk = key
    return pk.split("#")[0], sk.split("#")[0]


def fields(value: dict | None) -> dict:
    """The fields of a map; none if it is not a map, since the live table may be damaged."""
    found = (value or {}).get("M")
    return found if isinstance(found, dict) else {}


def text(value: dict | None) -> str | None:
    return (value or {}).get("S")


def number(item: Item | None, name: str) -> int:
    return int((item or {}).get(name, {}).get("N", "0"))


# ---- emails ----


def is_final(mail: dict | None) -> bool:
    """Whether the mailer will never send this email again."""
    state = text(fields(mail).get("state"))
    return state in {"sent", "failed", "dropped"} or (state == "unknown" and fields(mail).get("held") == {"BOOL": True})


def is_unsent(mail: dict | None) -> bool:
    """Whether this email certainly did not go out."""
    return text(fields(mail).get("state")) == "pending" and "unanswered" not in fields(mail)


class Restore:
    """Decides what each item becomes. `moment` is the time of the run, as items store times."""

    def __init__(self, was: dict[Key, Item], now: dict[Key, Item], moment: str):
        self.was, self.now, self.moment = was, now, moment
        # Emails that count as sent although they were never sent, and access that was lost since the copy.
        self.unsent: list[str] = []
        self.regained: list[str] = []

    def requests(self) -> tuple[list[dict], list[dict]]:
        """The writes and the deletions, as BatchWriteItem takes them."""
        left = {key for key in self.was | self.now if kind(key)[0] in LEFT_ALONE}
        back = {key: item for key, item in self.was.items() if kind(key) not in SIGN_INS and key not in left}
        puts = [it for key, item in back.items() if (it := self.put(key, item, self.now.get(key)))]
        stays = {key for key in self.now if kind(key) in MAILED_LINKS} | left
        gone = [item for key, item in self.now.items() if key not in back and key not in stays]
        return puts, [{"DeleteRequest": {"Key": {name: item[name] for name in ("pk", "sk")}}} for item in gone]

    def put(self, key: Key, was: Item, now: Item | None) -> dict | None:
        """The write that brings an item back, if it differs."""
        item = self.safe(key, was, now)
        ignored = {"version"} | (PLACE if item.get("mail_pk") == PLACED_ANEW else set())
        if now is not None and without(item, ignored) == without(now, ignored):
            return None
        if "version" in was:
            known = now is not None and "version" in now
            version = max(number(was, "version"), number(now, "version")) + 1 if known else number(was, "version") + GAP
            item = item | {"version": {"N": str(version)}}
        self.note_access(key, item, now)
        return {"PutRequest": {"Item": item}}

    def safe(self, key: Key, was: Item, now: Item | None) -> Item:
        """The item as it was, apart from what must not go back in time."""
        match kind(key):
            case ("USER", "USER"):
                return was | {"epoch": {"N": str(max(number(was, "epoch") + 1, number(now, "epoch")))}}
            case ("ORG", "ORG"):
                mails = self.notices(key, was, now or {}) | with_marks(was, now or {})
                return self.placed(was, self.with_wishes(was) | mails)
            case ("ORG", "INVITE"):
                return self.placed(was, self.invitation(key, was, now or {}))
            # The organization's item has the wishes of its admins.
            case ("ORG", "MEMBER") if text(was.get("role")) != "admin":
                wishes = self.wishes(key[0], key[1].removeprefix("MEMBER#"))
                return was if wishes is None else without(was, WISHES) | wishes
        return was

    def placed(self, was: Item, item: Item) -> Item:
        """The item, with its place in the indexes to be found anew if its emails changed."""
        if item.get("mail") == was.get("mail"):
            return item
        return without(item, PLACE) | {"mail_pk": PLACED_ANEW, "mail_at": {"S": self.moment}}

    def with_wishes(self, was: Item) -> Item:
        """The organization, each of whose admins gets the emails that they want now."""
        admins = []
        for admin in was.get("admins", {}).get("L", []):
            wishes = self.wishes(text(was["pk"]), text(fields(admin).get("user")))
            admins.append(admin if wishes is None else {"M": without(fields(admin), WISHES) | wishes})
        return was | {"admins": {"L": admins}} if admins else was

    def wishes(self, pk: str, user: str) -> dict | None:
        """Whether a user wants reminders now, and whether emails reach them; None if they are no member now."""
        admins = self.now.get((pk, "ORG"), {}).get("admins", {}).get("L", [])
        found = [fields(admin) for admin in admins if text(fields(admin).get("user")) == user]
        if member := self.now.get((pk, f"MEMBER#{user}")):
            found.append(member)
        return only(found[0], WISHES) if found else None

    def notices(self, key: Key, was: Item, now: Item) -> dict:
        """The emails to an organization's admins: those of the copy, and those that went out since."""
        before, later = fields(was.get("mail")), fields(now.get("mail"))
        notices = {}
        for notice in sorted(before | later):
            old, new = fields(before.get(notice)), fields(later.get(notice))
            # One that became due since and did not go out: what caused it is undone, and may happen again.
            users = [user for user in sorted(old | new) if user in old or not is_unsent(new[user])]
            if users or notice in before:
                states = {user: self.settled(f"{key[0]} {notice} {user}", old.get(user), new.get(user)) for user in users}
                notices[notice] = {"M": states}
        return {"mail": {"M": notices}} if notices else {}

    def invitation(self, key: Key, was: Item, now: Item) -> Item:
        """An invitation as it is now, if there still is one: its newest email works, and it stays revoked."""
        newest = without(was, {"secret_hash", "revoked_at"}) | only(now, INVITATION) if now else was
        return newest | {"mail": self.settled(" ".join(key), was.get("mail"), now.get("mail"))}

    def settled(self, name: str, was: dict | None, now: dict | None) -> dict:
        """The state of an email: as it is now, else as it was, and never one that the mailer would send."""
        for mail in (now, was):
            if is_final(mail):
                return mail
        if is_unsent(now):
            self.unsent.append(name)
        return {"M": {"state": {"S": "sent"}, "at": {"S": self.moment}}}

    def note_access(self, key: Key, item: Item, now: Item | None):
        """Lists who gets in again, in organizations that are not missing as a whole."""
        role, is_access = item.get("role"), kind(key) in {("ORG", "MEMBER"), ("ORG", "INVITE")}
        if is_access and (key[0], "ORG") in self.now and role != (now or {}).get("role"):
            self.regained.append(f"{' '.join(key)} as {text(role)}")


def with_marks(was: Item, now: Item) -> dict:
    """What is folded of the organization, with the marks of the invoices whose emails went out since."""
    folded, later = fields(was.get("folded")), fields(now.get("folded"))
    mailed = [fields(it.get("mailed")) for it in (folded, later)]
    marks = {chunk for it in mailed for chunk in chunks(it.get("marks", {}).get("B", ""))}
    if not marks:
        return {}
    both = {"marks": {"B": base64.b64encode(b"".join(sorted(marks))).decode()}}
    if floor := max(number(it, "floor") for it in mailed):
        both["floor"] = {"N": str(floor)}
    return {"folded": {"M": folded | {"mailed": {"M": both}}}}


def chunks(marks: str) -> list[bytes]:
    """Marks of 8 bytes each, which are stored one after the other."""
    whole = base64.b64decode(marks)
    return [whole[at : at + 8] for at in range(0, len(whole), 8)]


def without(item: dict, names: set[str]) -> dict:
    return {name: value for name, value in item.items() if name not in names}


def only(item: dict, names: set[str]) -> dict:
    return {name: value for name, value in item.items() if name in names}


def write(aws: Aws, table: str, requests: list[dict], file: Path):
    pause = 0.1
    while requests:
        file.write_text(json.dumps({table: requests}), encoding="utf-8")
        answer = aws("dynamodb", "batch-write-item", "--request-items", f"file://{file}", "--output", "json")
        # DynamoDB returns the requests that it had no capacity for.
        requests = json.loads(answer or "{}").get("UnprocessedItems", {}).get(table, [])
        if requests:
            time.sleep(pause)
            pause = min(2 * pause, 5)


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="Arguments after -- are added to every call of the AWS CLI.")
    parser.add_argument("--source", required=True, help="the restored table")
    parser.add_argument("--table", required=True, help="the table of the stack, which is written to")
    parser.add_argument("--partition", help="restore only this partition, such as ORG#org_…")
    parser.add_argument("--write", action="store_true", help="write changes (default: count only)")
    given = parser.parse_args(sys.argv[1:at])
    if given.source == given.table:
        parser.error("--source and --table must be different tables")
    aws = Aws(sys.argv[at + 1 :])
    was, now = (read(aws, table, given.partition) for table in (given.source, given.table))
    if not was:
        print(f"✗ {given.source} contains no matching items; restoring would delete everything", file=sys.stderr)
        return 1
    restore = Restore(was, now, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    puts, deletes = restore.requests()
    requests = puts + deletes
    if given.write:
        with tempfile.TemporaryDirectory() as folder:
            for first in range(0, len(requests), BATCH):
                write(aws, given.table, requests[first : first + BATCH], Path(folder) / "requests.json")
    for line in restore.unsent:
        print(f"not sent, and counts as sent: {line}")
    for line in restore.regained:
        print(f"access comes back: {line}")
    restored, deleted = ("restored", "deleted") if given.write else ("to restore", "to delete")
    print(f"{len(puts)} items {restored}, {len(deletes)} {deleted}, of {len(now)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
