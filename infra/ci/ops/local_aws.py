"""A fake AWS CLI for the calls of the scripts and guides. It uses a running local stack.

    STACK=http://localhost:8484 FOLDER=/tmp/aws python3 infra/ci/ops/local_aws.py dynamodb scan --table-name Table

FOLDER contains the rest of the account: `copy.json` (the items that a point-in-time restore
returns), `bucket/` (changes that Lambda saved because they could not be published), and `stopped`
(the functions whose concurrency is 0).
"""

import json
import os
import sys
import urllib.request
from pathlib import Path

STACK, FOLDER = os.environ["STACK"], Path(os.environ["FOLDER"])
WORDS = sys.argv[1:]
# The fake lists only two functions. They represent all functions of the stack.
FUNCTIONS = ["onramp-MailerFunction", "onramp-SignInFunction"]
# A small page size, so that there are always several pages.
PAGE = 7


def option(name: str) -> str:
    return WORDS[WORDS.index(name) + 1]


def post(path: str, body: bytes, headers: dict | None = None):
    request = urllib.request.Request(STACK + path, body, headers or {}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.headers, response.read()
    except urllib.error.HTTPError as error:
        sys.exit(f"{path}: {error.status} {error.read().decode()}")


def dynamodb(operation: str, **body) -> dict:
    headers = {"x-amz-target": f"DynamoDB_20120810.{operation}", "content-type": "application/x-amz-json-1.0"}
    return json.loads(post("/_local/dynamodb", json.dumps(body).encode(), headers)[1])


def pages(operation: str, **body) -> list[dict]:
    """Returns the items of all pages, as the AWS CLI does."""
    items: list[dict] = []
    while True:
        page = dynamodb(operation, **body, Limit=PAGE)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        body["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def put_all(table: str, items: list[dict]):
    for first in range(0, len(items), 25):
        dynamodb("BatchWriteItem", RequestItems={table: [{"PutRequest": {"Item": item}} for item in items[first : first + 25]]})


def restore_table(source: str, target: str):
    """Creates a table with the same keys and the items of the copy. Like a restored table, it has
    no stream.
    """
    described = dynamodb("DescribeTable", TableName=source)["Table"]
    keys = described["KeySchema"]
    names = {key["AttributeName"] for key in keys}
    definitions = [it for it in described["AttributeDefinitions"] if it["AttributeName"] in names]
    dynamodb("CreateTable", TableName=target, KeySchema=keys, AttributeDefinitions=definitions, BillingMode="PAY_PER_REQUEST")
    put_all(target, json.loads((FOLDER / "copy.json").read_text(encoding="utf-8")))


def stopped() -> set[str]:
    file = FOLDER / "stopped"
    return set(file.read_text().split()) if file.exists() else set()


def respond() -> dict | str | None:
    bucket = FOLDER / "bucket"
    match WORDS[:2]:
        case ["dynamodb", "scan"]:
            return {"Items": pages("Scan", TableName=option("--table-name"), ConsistentRead=True)}
        case ["dynamodb", "query"]:
            condition, values = option("--key-condition-expression"), json.loads(option("--expression-attribute-values"))
            found = pages("Query", TableName=option("--table-name"), KeyConditionExpression=condition, ExpressionAttributeValues=values)
            return {"Items": found}
        case ["dynamodb", "update-item"]:
            expressions = {name: option(flag) for name, flag in (("UpdateExpression", "--update-expression"), ("ConditionExpression", "--condition-expression"))}
            objects = {name: json.loads(option(flag)) for name, flag in (("Key", "--key"), ("ExpressionAttributeValues", "--expression-attribute-values"))}
            dynamodb("UpdateItem", TableName=option("--table-name"), **expressions, **objects)
            return None
        case ["dynamodb", "batch-write-item"]:
            assert stopped() == set(FUNCTIONS), "the restore wrote while functions were running"
            requests = json.loads(Path(option("--request-items").removeprefix("file://")).read_text(encoding="utf-8"))
            return dynamodb("BatchWriteItem", RequestItems=requests)
        case ["dynamodb", "restore-table-to-point-in-time"]:
            return restore_table(option("--source-table-name"), option("--target-table-name"))
        case ["dynamodb", "wait"]:
            dynamodb("DescribeTable", TableName=option("--table-name"))
            return None
        case ["dynamodb", "delete-table"]:
            return dynamodb("DeleteTable", TableName=option("--table-name"))
        case ["cloudformation", "list-stack-resources"]:
            return "\t".join(FUNCTIONS)
        case ["cloudformation", "describe-stack-resource"]:
            return {"StackResourceDetail": {"PhysicalResourceId": option("--logical-resource-id")}}
        case ["lambda", "put-function-concurrency"]:
            assert option("--reserved-concurrent-executions") == "0"
            (FOLDER / "stopped").write_text(" ".join(stopped() | {option("--function-name")}))
            return None
        case ["lambda", "delete-function-concurrency"]:
            (FOLDER / "stopped").write_text(" ".join(stopped() - {option("--function-name")}))
            return None
        case ["lambda", "invoke"]:
            assert (option("--function-name"), option("--qualifier")) == ("EventPublisherFunction", "live")
            event = Path(option("--payload").removeprefix("fileb://")).read_bytes()
            headers, body = post("/_local/invoke/event-publisher", event)
            Path(WORDS[WORDS.index("--payload") + 2]).write_bytes(body)
            failed = headers.get("x-amz-function-error")
            return {"StatusCode": 200, **({"FunctionError": failed} if failed else {})}
        case ["s3api", "list-objects-v2"]:
            assert option("--bucket") == "Unpublished"
            # The AWS CLI prints nothing for an empty bucket.
            return {"Contents": [{"Key": it.name, "LastModified": it.name} for it in bucket.iterdir()]} if any(bucket.iterdir()) else None
        case ["s3", "cp"]:
            return (bucket / WORDS[2].removeprefix("s3://Unpublished/")).read_text(encoding="utf-8")
        case ["s3api", "delete-object"]:
            (bucket / option("--key")).unlink()
            return None
        case other:
            sys.exit(f"unexpected AWS call: {other}")


if __name__ == "__main__":
    response = respond()
    if response is not None:
        print(response if isinstance(response, str) else json.dumps(response))
