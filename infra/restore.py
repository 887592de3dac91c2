"""Makes a stack's table again what a restored copy of it holds.

    python3 infra/restore.py --source onramp-restored --table onramp-Table-ABC
    python3 infra/restore.py --source onramp-restored --table onramp-Table-ABC --write
    python3 infra/restore.py --source onramp-restored --table onramp-Table-ABC --partition ORG#org_… -- --profile acme

CloudFormation cannot put another table in the place of one that the whole stack refers to. So the table stays, with its
stream, its name and its permissions, and the items go back into it: what differs is written as it was, what came since is
deleted. Without `--write` it only counts. It can be stopped and run again, and holds both tables in memory.

Nothing else may write meanwhile, unless it is one partition that nobody is at.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from republish import Aws

Item = dict[str, dict]
# What DynamoDB takes at once.
BATCH = 25


def items(aws: Aws, table: str, partition: str | None) -> dict[tuple[str, str], Item]:
    if partition is None:
        words = ["scan"]
    else:
        values = json.dumps({":pk": {"S": partition}})
        words = ["query", "--key-condition-expression", "pk = :pk", "--expression-attribute-values", values]
    told = aws("dynamodb", *words, "--table-name", table, "--consistent-read", "--output", "json")
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in json.loads(told)["Items"]}


def put(was: Item, now: Item | None) -> dict | None:
    """The write that brings an item back, if it differs.

    Its version goes on and not back: the ids of events follow from it, and whoever listens knows the old ones.
    """
    if now is None or "version" not in was or "version" not in now:
        return None if was == now else {"PutRequest": {"Item": was}}
    if was == now | {"version": was["version"]}:
        return None
    version = max(int(it["version"]["N"]) for it in (was, now)) + 1
    return {"PutRequest": {"Item": was | {"version": {"N": str(version)}}}}


def write(aws: Aws, table: str, requests: list[dict], file: Path):
    pause = 0.1
    while requests:
        file.write_text(json.dumps({table: requests}), encoding="utf-8")
        told = aws("dynamodb", "batch-write-item", "--request-items", f"file://{file}", "--output", "json")
        # What the table is too busy for comes back.
        requests = json.loads(told or "{}").get("UnprocessedItems", {}).get(table, [])
        if requests:
            time.sleep(pause)
            pause = min(2 * pause, 5)


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="What stands behind -- goes with every call of the AWS CLI.")
    parser.add_argument("--source", required=True, help="the restored table")
    parser.add_argument("--table", required=True, help="the stack's table, which is written to")
    parser.add_argument("--partition", help="bring back this partition alone, such as ORG#org_…")
    parser.add_argument("--write", action="store_true", help="write, and not only count")
    given = parser.parse_args(sys.argv[1:at])
    aws = Aws(sys.argv[at + 1 :])
    was, now = (items(aws, table, given.partition) for table in (given.source, given.table))
    if not was:
        print(f"✗ {given.source} holds nothing of it: all would be deleted", file=sys.stderr)
        return 1
    puts = [it for key, item in was.items() if (it := put(item, now.get(key)))]
    deletes = [{"DeleteRequest": {"Key": {name: item[name] for name in ("pk", "sk")}}} for key, item in now.items() if key not in was]
    requests = puts + deletes
    if given.write:
        with tempfile.TemporaryDirectory() as folder:
            for first in range(0, len(requests), BATCH):
                write(aws, given.table, requests[first : first + BATCH], Path(folder) / "requests.json")
    print(f"{len(puts)} items {'were' if given.write else 'would be'} written as they were, {len(deletes)} deleted, of {len(now)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
