"""Checks infra/ops/backfill.py against a running local stack.

    python3 -m infra.ci.ops.backfill target/debug/onramp

The check removes the index entries of organizations, as an earlier version of the code left them.
"""

import json
import sys
import tempfile
from pathlib import Path

from infra.ci.ops.restore import ROOT, TABLE, Operator, Person, Stage
from infra.ci.running import running

COUNT = f"python3 infra/ops/backfill.py --table {TABLE}"
sys.path.append(str(ROOT / "infra/ops"))


def organizations(stage: Stage) -> dict:
    return {key: item for key, item in stage.items().items() if key[1] == "ORG"}


def remove_entry(stage: Stage, pk: str):
    request = {"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": "ORG"}}, "UpdateExpression": "REMOVE cohort_pk, cohort_at"}
    headers = {"x-amz-target": "DynamoDB_20120810.UpdateItem"}
    status, _, response = stage.request("POST", "/_local/dynamodb", json.dumps(request).encode(), headers)
    assert status == 200, response


def check_other_write(pk: str, item: dict):
    """An organization that another write changed is left alone."""
    import backfill

    def aws(*words: str) -> str:
        assert "version = :version" in words, words
        sys.exit("✗ aws dynamodb update-item: An error occurred (ConditionalCheckFailedException)")

    assert not backfill.write(aws, TABLE, item), pk


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running([sys.argv[1], "--memory"], "/_local/health", folder / "log") as url:
            stage = Stage(url)
            operator = Operator(stage, folder)
            for number in range(9):
                Person(stage, f"jo{number}@example.com").sign_up(f"Acme {number}", trial=True)
                stage.advance("5d")
            complete = organizations(stage)
            pks = [pk for pk, _ in complete]
            assert operator.run(COUNT) == "0 of 9 organizations to add\n"
            for pk in pks[1:]:
                remove_entry(stage, pk)
            assert operator.run(COUNT) == "8 of 9 organizations to add\n"
            assert operator.run(f"{COUNT} --write") == "8 of 9 organizations added; other writes added 0\n"
            assert organizations(stage) == complete, "the entries differ from those of the functions"
            assert operator.run(f"{COUNT} --write") == "0 of 9 organizations added; other writes added 0\n"
            check_other_write(pks[0], next(iter(complete.values())))
    print("backfill.py adds exactly the index entries that the functions write")


if __name__ == "__main__":
    main()
