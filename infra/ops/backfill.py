"""Adds organizations of earlier versions to the index `by-cohort`, which lists all organizations.

    python3 infra/ops/backfill.py --table onramp-Table-ABC
    python3 infra/ops/backfill.py --table onramp-Table-ABC --write
    python3 infra/ops/backfill.py --table onramp-Table-ABC --write -- --profile acme

Run it once, after the first deployment with the index. An organization without an entry also gets one
with its next write. Until then, the lists lack it. Without `--write` the program only counts. The
functions keep running: a write applies only if the organization still has the version that was read.
You can stop the program and run it again. After a complete run there is nothing left to write.
"""

import argparse
import hashlib
import json
import sys
from datetime import datetime

from republish import Aws
from restore import Item, kind, read

# Number of partitions of each week, the same as in shared/store/src/keys.rs.
SHARDS = 8


def is_missing(item: Item) -> bool:
    return "cohort_pk" not in item or "cohort_at" not in item


def entry(item: Item) -> Item:
    """Returns the attributes of the index, as shared/store/src/index.rs computes them."""
    signed_up_at = item["profile"]["M"]["signed_up_at"]["S"]
    week = datetime.fromisoformat(signed_up_at).isocalendar()
    key = item["pk"]["S"].encode()
    # The functions prefix each hashed text with its length.
    shard = hashlib.sha256(len(key).to_bytes(8, "big") + key).digest()[0] % SHARDS
    return {":pk": {"S": f"COHORT#{week.year}-W{week.week:02}#{shard}"}, ":at": {"S": signed_up_at}}


def write(aws: Aws, table: str, item: Item) -> bool:
    """Writes an entry. Returns False if another write changed the organization. That write added the
    entry too.
    """
    values = {**entry(item), ":version": item["version"]}
    try:
        aws(
            *("dynamodb", "update-item", "--table-name", table),
            *("--key", json.dumps({name: item[name] for name in ("pk", "sk")})),
            *("--update-expression", "SET cohort_pk = :pk, cohort_at = :at"),
            *("--condition-expression", "version = :version"),
            *("--expression-attribute-values", json.dumps(values)),
        )
    except SystemExit as failed:
        if "ConditionalCheckFailedException" not in str(failed.code):
            raise
        return False
    return True


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="Arguments after -- are passed to every AWS CLI call.")
    parser.add_argument("--table", required=True, help="the table of the stack")
    parser.add_argument("--write", action="store_true", help="write changes (default: count only)")
    given = parser.parse_args(sys.argv[1:at])
    aws = Aws(sys.argv[at + 1 :])
    organizations = [item for key, item in read(aws, given.table, None).items() if kind(key) == ("ORG", "ORG")]
    missing = [item for item in organizations if is_missing(item)]
    if given.write:
        written = sum(write(aws, given.table, item) for item in missing)
        print(f"{written} of {len(organizations)} organizations added; other writes added {len(missing) - written}")
    else:
        print(f"{len(missing)} of {len(organizations)} organizations to add")
    return 0


if __name__ == "__main__":
    sys.exit(main())
