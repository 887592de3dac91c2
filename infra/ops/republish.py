"""Publishes the changes that event-publisher could not publish within 23 hours.

    python3 infra/ops/republish.py --stack-name onramp
    python3 infra/ops/republish.py --stack-name onramp -- --profile acme --region eu-west-1

Lambda saved these changes to a bucket. Each object is Lambda's record of one failed batch, and its
`payload` is the original event. This program invokes the function with that event and deletes the
object after all its changes are published. It stops at the first failure, because the next batch
would most likely fail for the same reason. Running it twice is harmless: event ids are derived from
the change.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path


class Aws:
    """Calls the AWS CLI with common options."""

    def __init__(self, options: list[str]):
        self.options = options

    def __call__(self, *words: str) -> str:
        run = subprocess.run(["aws", *words, *self.options], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"✗ aws {' '.join(words[:2])}: {run.stderr.strip()}")
        return run.stdout


def event(record: str) -> str:
    """Returns the event from Lambda's record of a failed batch. The payload may be JSON inside a
    string.
    """
    payload = json.loads(record)["payload"]
    records = (json.loads(payload) if isinstance(payload, str) else payload)["Records"]
    return json.dumps({"Records": records})


def failure(outcome: dict, response: str) -> str | None:
    """Returns why a batch was not published completely, or None if it was."""
    if "FunctionError" in outcome:
        return response
    return None if json.loads(response) == {"batchItemFailures": []} else f"only part of the batch was published: {response}"


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="Arguments after -- are passed to every AWS CLI call.")
    parser.add_argument("--stack-name", required=True)
    stack = parser.parse_args(sys.argv[1:at]).stack_name
    aws = Aws(sys.argv[at + 1 :])

    def name_of(resource: str) -> str:
        found = aws("cloudformation", "describe-stack-resource", "--stack-name", stack, "--logical-resource-id", resource, "--output", "json")
        return json.loads(found)["StackResourceDetail"]["PhysicalResourceId"]

    bucket, function = name_of("Unpublished"), name_of("EventPublisherFunction")
    listed = json.loads(aws("s3api", "list-objects-v2", "--bucket", bucket, "--output", "json") or "{}").get("Contents", [])
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "event.json", Path(folder) / "response.json"
        for key in (it["Key"] for it in sorted(listed, key=lambda it: it["LastModified"])):
            given.write_text(event(aws("s3", "cp", f"s3://{bucket}/{key}", "-")), encoding="utf-8")
            outcome = aws("lambda", "invoke", "--function-name", function, "--qualifier", "live", "--payload", f"fileb://{given}", str(got), "--output", "json")
            why = failure(json.loads(outcome), got.read_text(encoding="utf-8"))
            if why:
                print(f"✗ {key}: {why}", file=sys.stderr)
                return 1
            aws("s3api", "delete-object", "--bucket", bucket, "--key", key)
            print(f"published {key}")
    print(f"published {len(listed)} batches; none remaining")
    return 0


if __name__ == "__main__":
    sys.exit(main())
