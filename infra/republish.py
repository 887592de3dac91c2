"""Publishes the changes that event-publisher could not publish in 23 hours, from the bucket that Lambda put them in.

    python3 infra/republish.py --stack-name onramp
    python3 infra/republish.py --stack-name onramp -- --profile acme --region eu-west-1

Each object of the bucket is what Lambda tells of one failed batch; its `payload` is the event as the function was to get
it. The function gets it again, and the object goes once all of it is published. It stops at the first that fails, since
what fails one mostly fails the next. Nothing is harmed by running it twice: an event's id follows from its change.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path


class Aws:
    """The AWS CLI, with options that go with every call."""

    def __init__(self, options: list[str]):
        self.options = options

    def __call__(self, *words: str) -> str:
        run = subprocess.run(["aws", *words, *self.options], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"✗ aws {' '.join(words[:2])}: {run.stderr.strip()}")
        return run.stdout


def event(told: str) -> str:
    """The event in what Lambda tells of a failed batch: a text that is JSON again."""
    payload = json.loads(told)["payload"]
    records = (json.loads(payload) if isinstance(payload, str) else payload)["Records"]
    return json.dumps({"Records": records})


def failure(outcome: dict, answer: str) -> str | None:
    """Why a batch was not published, if it was not."""
    if "FunctionError" in outcome:
        return answer
    return None if json.loads(answer) == {"batchItemFailures": []} else f"not all of it was published: {answer}"


def main() -> int:
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="What stands behind -- goes with every call of the AWS CLI.")
    parser.add_argument("--stack-name", required=True)
    stack = parser.parse_args(sys.argv[1:at]).stack_name
    aws = Aws(sys.argv[at + 1 :])

    def name_of(resource: str) -> str:
        told = aws("cloudformation", "describe-stack-resource", "--stack-name", stack, "--logical-resource-id", resource, "--output", "json")
        return json.loads(told)["StackResourceDetail"]["PhysicalResourceId"]

    bucket, function = name_of("Unpublished"), name_of("EventPublisherFunction")
    listed = json.loads(aws("s3api", "list-objects-v2", "--bucket", bucket, "--output", "json") or "{}").get("Contents", [])
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "event.json", Path(folder) / "answer.json"
        for key in (it["Key"] for it in sorted(listed, key=lambda it: it["LastModified"])):
            given.write_text(event(aws("s3", "cp", f"s3://{bucket}/{key}", "-")), encoding="utf-8")
            outcome = aws("lambda", "invoke", "--function-name", function, "--qualifier", "live", "--payload", f"fileb://{given}", str(got), "--output", "json")
            why = failure(json.loads(outcome), got.read_text(encoding="utf-8"))
            if why:
                print(f"✗ {key}: {why}", file=sys.stderr)
                return 1
            aws("s3api", "delete-object", "--bucket", bucket, "--key", key)
            print(f"published {key}")
    print(f"{len(listed)} batches were published, and nothing is left")
    return 0


if __name__ == "__main__":
    sys.exit(main())
