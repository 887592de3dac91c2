"""Writes the items of a restored copy back to the table of a stack.

    python3 infra/ops/restore.py --source onramp-restored --table onramp-Table-ABC
    python3 infra/ops/restore.py --source onramp-restored --table onramp-Table-ABC --write
    python3 infra/ops/restore.py --source onramp-restored --table onramp-Table-ABC --partition ORG#org_… -- --profile acme

CloudFormation cannot replace a table that the whole stack refers to, so the stack keeps its table.
This program restores the items in that table: it writes the items that differ and deletes the items
that are newer than the copy. Without `--write` it only counts. You can stop it and run it again;
after a complete run there is nothing left to write. It holds both tables in memory.

Some data must not return to its old value, because recipients, browsers, and consumers of events
already have newer data:

- All sessions end. The session epoch of every user rises. The program deletes sessions and
  everything that starts one without a new email: sign-in links, requests for them, and sign-up
  forms that can be submitted again.
- No email is sent twice. An email keeps its current state. If it is pending in the copy and its
  current state is not final, it counts as sent.
- Links in delivered emails keep working: open invitations and unsubscribe links.
- If the email about an invoice was sent and folded after the copy, the invoice keeps the mark that
  prevents a second email.
- Unsubscribes, bounces, and complaints after the copy still count.
- Versions only rise, because the ids of published events contain them.
- Rate limits and the SES heartbeat keep their current values.

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
# BatchWriteItem accepts at most 25 requests.
BATCH = 25
# An item that was deleted after the copy may have had higher versions in between. The restored item
# gets a version above all of them.
GAP = 1_000_000

# Kinds of items, by the prefixes of their keys.
SIGN_INS = {
    ("USER", "SESSION"),
    ("ASKED", "ASKED"),
    ("LINK", "LINK"),
    ("LINK", "USED"),
    ("LINK", "FOUNDING"),
    ("SIGNUP", "SIGNUP"),
}
MAILED_LINKS = {("LINK", "INVITATION"), ("LINK", "UNSUBSCRIBE"), ("LINK", "VERIFY")}
# Kinds by the prefix of the partition key alone.
LEFT_ALONE = {"LIMIT", "FEED", "BRAKE", "PRICE"}
# Fields of an invitation that its newest email shows. They keep their current values together, so
# that the email stays correct.
INVITATION = {"role", "inviter", "invited_by", "created_at", "good_until", "expires_at", "sends", "secret_hash", "revoked_at", "waiting_send"}
MAIL_PREFERENCES = {"no_reminders", "unreachable"}

# Index attributes contain the time at which an item is due. Only the functions compute this time.
# The program therefore moves an item to the partition TO_REINDEX. The mailer reads this partition
# at each scheduled run and computes the index attributes of its items.
INDEX_ATTRIBUTES = {"mail_pk", "mail_at", "mail_ready", "due_pk", "due_at", "work_pk", "work_at"}
TO_REINDEX = {"S": "UNREADABLE"}


def read(aws: Aws, table: str, partition: str | None) -> dict[Key, Item]:
    """Returns all items by their keys. The AWS CLI requests all pages."""
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
    """Returns the fields of a map, or none if the value is not a map, because the live table may be
    damaged.
    """
    found = (value or {}).get("M")
    return found if isinstance(found, dict) else {}


def text(value: dict | None) -> str | None:
    return (value or {}).get("S")


def number(item: Item | None, name: str) -> int:
    return int((item or {}).get(name, {}).get("N", "0"))


# ---- emails ----


def is_final(mail: dict | None) -> bool:
    """Returns whether the mailer will never send this email again."""
    state = text(fields(mail).get("state"))
    return state in {"sent", "failed", "dropped"} or (state == "unknown" and fields(mail).get("held") == {"BOOL": True})


def is_unsent(mail: dict | None) -> bool:
    """Returns whether SES definitely did not receive this email."""
    return text(fields(mail).get("state")) == "pending" and "unanswered" not in fields(mail)


class Restore:
    """Computes the writes of a restore. `moment` is the time of the run in the table's format."""

    def __init__(self, was: dict[Key, Item], now: dict[Key, Item], moment: str):
        self.was, self.now, self.moment = was, now, moment
        # For the report: emails that count as sent but were never sent, and access that was revoked
        # after the copy and is restored.
        self.unsent: list[str] = []
        self.regained: list[str] = []

    def requests(self) -> tuple[list[dict], list[dict]]:
        """Returns the writes and the deletions in the format of BatchWriteItem."""
        left = {key for key in self.was | self.now if kind(key)[0] in LEFT_ALONE}
        back = {key: item for key, item in self.was.items() if kind(key) not in SIGN_INS and key not in left}
        puts = [it for key, item in back.items() if (it := self.put(key, item, self.now.get(key)))]
        stays = {key for key in self.now if kind(key) in MAILED_LINKS} | left
        gone = [item for key, item in self.now.items() if key not in back and key not in stays]
        return puts, [{"DeleteRequest": {"Key": {name: item[name] for name in ("pk", "sk")}}} for item in gone]

    def put(self, key: Key, was: Item, now: Item | None) -> dict | None:
        """Returns the write that restores an item, or None if it does not differ."""
        item = self.safe(key, was, now)
        ignored = {"version"} | (INDEX_ATTRIBUTES if item.get("mail_pk") == TO_REINDEX else set())
        if now is not None and without(item, ignored) == without(now, ignored):
            return None
        if "version" in was:
            known = now is not None and "version" in now
            version = max(number(was, "version"), number(now, "version")) + 1 if known else number(was, "version") + GAP
            item = item | {"version": {"N": str(version)}}
        self.note_access(key, item, now)
        return {"PutRequest": {"Item": item}}

    def safe(self, key: Key, was: Item, now: Item | None) -> Item:
        """Returns the item of the copy, with the data that must keep its current value."""
        match kind(key):
            case ("USER", "USER"):
                return was | {"epoch": {"N": str(max(number(was, "epoch") + 1, number(now, "epoch")))}}
            case ("ORG", "ORG"):
                mails = self.notices(key, was, now or {}) | with_marks(was, now or {})
                return self.reindexed(was, self.with_mail_preferences(was) | mails)
            case ("ORG", "INVITE"):
                return self.reindexed(was, self.invitation(key, was, now or {}))
            # The organization's item has the mail preferences of its admins.
            case ("ORG", "MEMBER") if text(was.get("role")) != "admin":
                preferences = self.preferences(key[0], key[1].removeprefix("MEMBER#"))
                return was if preferences is None else without(was, MAIL_PREFERENCES) | preferences
        return was

    def reindexed(self, was: Item, item: Item) -> Item:
        """Returns the item. If its emails changed, its index attributes are computed again."""
        if item.get("mail") == was.get("mail"):
            return item
        return without(item, INDEX_ATTRIBUTES) | {"mail_pk": TO_REINDEX, "mail_at": {"S": self.moment}}

    def with_mail_preferences(self, was: Item) -> Item:
        """Returns the organization with the current mail preferences of its admins."""
        admins = []
        for admin in was.get("admins", {}).get("L", []):
            preferences = self.preferences(text(was["pk"]), text(fields(admin).get("user")))
            admins.append(admin if preferences is None else {"M": without(fields(admin), MAIL_PREFERENCES) | preferences})
        return was | {"admins": {"L": admins}} if admins else was

    def preferences(self, pk: str, user: str) -> dict | None:
        """Returns a user's current mail preferences, or None if the user is not a member now."""
        admins = self.now.get((pk, "ORG"), {}).get("admins", {}).get("L", [])
        found = [fields(admin) for admin in admins if text(fields(admin).get("user")) == user]
        if member := self.now.get((pk, f"MEMBER#{user}")):
            found.append(member)
        return only(found[0], MAIL_PREFERENCES) if found else None

    def notices(self, key: Key, was: Item, now: Item) -> dict:
        """Returns the emails to an organization's admins: those of the copy, and those sent after
        it.
        """
        before, later = fields(was.get("mail")), fields(now.get("mail"))
        notices = {}
        for notice in sorted(before | later):
            old, new = fields(before.get(notice)), fields(later.get(notice))
            # Drop an email that was added after the copy and not sent. The restore undoes its
            # cause. If the cause recurs, it adds the email again.
            users = [user for user in sorted(old | new) if user in old or not is_unsent(new[user])]
            if users or notice in before:
                states = {user: self.settled(f"{key[0]} {notice} {user}", old.get(user), new.get(user)) for user in users}
                notices[notice] = {"M": states}
        return {"mail": {"M": notices}} if notices else {}

    def invitation(self, key: Key, was: Item, now: Item) -> Item:
        """Returns the current invitation if it exists, and otherwise that of the copy. The link in
        the newest email then works, and a revoked invitation stays revoked.
        """
        newest = without(was, {"secret_hash", "revoked_at"}) | only(now, INVITATION) if now else was
        return newest | {"mail": self.settled(" ".join(key), was.get("mail"), now.get("mail"))}

    def settled(self, name: str, was: dict | None, now: dict | None) -> dict:
        """Returns an email's current state, or else its state in the copy, but never a state that
        the mailer would send.
        """
        for mail in (now, was):
            if is_final(mail):
                return mail
        if is_unsent(now):
            self.unsent.append(name)
        return {"M": {"state": {"S": "sent"}, "at": {"S": self.moment}}}

    def note_access(self, key: Key, item: Item, now: Item | None):
        """Records restored access to organizations that still exist."""
        role, is_access = item.get("role"), kind(key) in {("ORG", "MEMBER"), ("ORG", "INVITE")}
        if is_access and (key[0], "ORG") in self.now and role != (now or {}).get("role"):
            self.regained.append(f"{' '.join(key)} as {text(role)}")


def with_marks(was: Item, now: Item) -> dict:
    """Returns the folded facts of the organization, with the marks of invoices whose emails were
    sent after the copy.
    """
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
    """Splits the stored marks, which are 8 bytes each."""
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
        response = aws("dynamodb", "batch-write-item", "--request-items", f"file://{file}", "--output", "json")
        # DynamoDB returns the requests that exceeded its capacity.
        requests = json.loads(response or "{}").get("UnprocessedItems", {}).get(table, [])
        if requests:
            time.sleep(pause)
            pause = min(2 * pause, 5)


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="Arguments after -- are passed to every AWS CLI call.")
    parser.add_argument("--source", required=True, help="restored table (source)")
    parser.add_argument("--table", required=True, help="target table (the table of the stack)")
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
        print(f"never sent, but counts as sent: {line}")
    for line in restore.regained:
        print(f"access restored: {line}")
    restored, deleted = ("restored", "deleted") if given.write else ("to restore", "to delete")
    print(f"{len(puts)} items {restored}, {len(deletes)} {deleted}, of {len(now)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
