"""Checks infra/ops/republish.py against a folder as the bucket and a fake AWS CLI.

    python3 -m infra.ci.ops.republish
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EVENT = {"Records": [{"eventName": "MODIFY", "dynamodb": {"SequenceNumber": "100", "Keys": {"pk": {"S": "ORG#ü"}}}}]}

# A fake AWS CLI that serves BUCKET. The change number 666 cannot be published, and 667 makes the
# function fail.
AWS = """#!{python}
import json, os, sys
from pathlib import Path
words, bucket = sys.argv[1:], Path(os.environ["BUCKET"])
def option(name):
    return words[words.index(name) + 1]
assert words[-2:] == ["--region", "eu-west-1"], words
match words[:2]:
    case ["cloudformation", "describe-stack-resource"]:
        assert option("--stack-name") == "onramp"
        print(json.dumps({{"StackResourceDetail": {{"PhysicalResourceId": "onramp-" + option("--logical-resource-id")}}}}))
    case ["s3api", "list-objects-v2"]:
        assert option("--bucket") == "onramp-Unpublished"
        # The AWS CLI prints nothing for an empty bucket.
        if found := [{{"Key": it.name, "LastModified": it.name[:4]}} for it in bucket.iterdir()]:
            print(json.dumps({{"Contents": found}}))
    case ["s3", "cp"]:
        print((bucket / words[2].removeprefix("s3://onramp-Unpublished/")).read_text())
    case ["s3api", "delete-object"]:
        (bucket / option("--key")).unlink()
    case ["lambda", "invoke"]:
        assert (option("--function-name"), option("--qualifier")) == ("onramp-EventPublisherFunction", "live")
        event = Path(option("--payload").removeprefix("fileb://")).read_text()
        with open(os.environ["INVOKED"], "a") as log:
            log.write(event + "\\n")
        numbers = [it["dynamodb"]["SequenceNumber"] for it in json.loads(event)["Records"]]
        failed = [{{"itemIdentifier": number}} for number in numbers if number == "666"]
        outcome = {{"StatusCode": 200, "FunctionError": "Unhandled"}} if "667" in numbers else {{"StatusCode": 200}}
        response = {{"errorMessage": "out of time"}} if "667" in numbers else {{"batchItemFailures": failed}}
        Path(words[words.index("--payload") + 2]).write_text(json.dumps(response))
        print(json.dumps(outcome))
    case other:
        sys.exit(f"unexpected AWS call: {{other}}")
"""


def failed_batch(event: dict) -> str:
    """Returns Lambda's record of a failed batch (Lambda developer guide, "Retain discarded records
    for a DynamoDB event source").
    """
    return json.dumps({"version": "1.0", "DDBStreamBatchInfo": {"batchSize": 1}, "payload": json.dumps(event)})


def numbered(number: str) -> dict:
    return {"Records": [{"dynamodb": {"SequenceNumber": number}}]}


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bucket, log = folder / "bucket", folder / "log"
        bucket.mkdir()
        program = folder / "aws"
        program.write_text(AWS.format(python=sys.executable))
        program.chmod(0o755)

        def run() -> tuple[int, str, list[dict], list[str]]:
            log.write_text("")
            environment = {**os.environ, "PATH": str(folder), "BUCKET": str(bucket), "INVOKED": str(log)}
            words = [sys.executable, str(ROOT / "infra/ops/republish.py"), "--stack-name", "onramp", "--", "--region", "eu-west-1"]
            ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
            events = [json.loads(line) for line in log.read_text().splitlines()]
            return ran.returncode, ran.stdout + ran.stderr, events, sorted(it.name for it in bucket.iterdir())

        code, output, events, left = run()
        assert (code, events) == (0, []), output
        (bucket / "2026-second").write_text(failed_batch(numbered("2")))
        (bucket / "2025-first").write_text(failed_batch(EVENT))
        code, output, events, left = run()
        assert (code, events, left) == (0, [EVENT, numbered("2")], []), (output, events, left)
        for number, why in (("666", "only part of the batch was published"), ("667", "out of time")):
            (bucket / "2025-bad").write_text(failed_batch(numbered(number)))
            (bucket / "2026-good").write_text(failed_batch(EVENT))
            code, output, events, left = run()
            assert code == 1 and why in output and left == ["2025-bad", "2026-good"] and len(events) == 1, (output, left)
    print("republish.py publishes each saved batch and deletes it only after that")


if __name__ == "__main__":
    main()
