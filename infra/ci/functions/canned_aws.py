"""A fake AWS and a fake host app with fixed successful responses, so that a function can process one event.

Its table contains the items of table.json and the images of the delivered stream records: one
organization that waits for its first payment, and its Stripe customer. It stores no write and checks
no condition, because other tests cover the functions with real state. It records the operations that
were called, and the requests that write to the table.
"""

import json
import ssl
from pathlib import Path

from infra.ci.functions.runtime_api import LocalServer

# DynamoDB, EventBridge, and Secrets Manager send the operation in the header x-amz-target.
RESPONSES = {
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
    "PutItem": {},
    "UpdateItem": {},
    "DeleteItem": {},
    "SendMessage": {"MessageId": "0"},
    "ChangeMessageVisibility": {},
    "TransactWriteItems": {},
    "TransactGetItems": {"Responses": []},
}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}

# The names of the services in AWS_ENDPOINT_URL_NAME. Each has its own address, as on AWS, so a function
# opens a connection to each service that it calls.
SERVICES = ("DYNAMODB", "SECRETS_MANAGER", "SESV2", "EVENTBRIDGE", "SQS")

# Path of the host app's endpoint.
HOST_PATH = "/onramp/webhooks"

TABLE = json.loads((Path(__file__).parent / "table.json").read_text(encoding="utf-8"))


def key_of(key: dict) -> str:
    return f"{key['pk']['S']} {key['sk']['S']}"


class CannedAws:
    def __init__(self, secrets: dict[str, str], tls: ssl.SSLContext | None = None):
        """`secrets` are the values in Secrets Manager by ARN. With `tls`, AWS speaks HTTPS. The host app always
        speaks HTTP, because the functions accept no local address with HTTPS.
        """
        self.secrets = secrets
        self.host = LocalServer(self.handle)
        self.services = {name: LocalServer(self.handle, tls) for name in SERVICES}
        scheme = "https" if tls else "http"
        self.host_url = f"http://{self.host.address}{HOST_PATH}"
        self.endpoints = {f"AWS_ENDPOINT_URL_{name}": f"{scheme}://{server.address}" for name, server in self.services.items()}
        self.deliver({})

    def close(self):
        for server in (self.host, *self.services.values()):
            server.close()

    def deliver(self, event: dict):
        """Forgets the calls, and resets the table for the event."""
        self.calls = []
        self.writes = []
        self.items = {key_of(item): item for item in TABLE}
        changes = [record["dynamodb"] for record in event.get("Records", []) if "dynamodb" in record]
        self.items |= {key_of(change["Keys"]): change["NewImage"] for change in changes}

    def handle(self, request, body: bytes):
        if request.path.startswith("/v2/email/outbound-emails"):
            return self.respond("SendEmail", {"MessageId": "0100018d0a1b2c3d-00000000-000000"}, "application/json")
        if request.path == HOST_PATH:
            self.calls.append(f"webhook {request.headers.get('webhook-id')}")
            return 204, {}, b""
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        called = json.loads(body)
        if operation in WRITES:
            self.writes.append((operation, called))
        match operation:
            case "GetSecretValue" if value := self.secrets.get(called["SecretId"]):
                return self.respond(operation, {"Name": "secret", "SecretString": value})
            case "PutEvents":
                entries = [{"EventId": "0"} for _ in called["Entries"]]
                return self.respond(operation, {"FailedEntryCount": 0, "Entries": entries})
            case "GetItem":
                item = self.items.get(key_of(called["Key"]))
                return self.respond(operation, {"Item": item} if item else {})
            case "BatchGetItem":
                tables = called["RequestItems"].items()
                found = {table: [self.items[key] for key in map(key_of, keys["Keys"]) if key in self.items] for table, keys in tables}
                return self.respond(operation, {"Responses": found, "UnprocessedKeys": {}})
            case _ if operation in RESPONSES:
                return self.respond(operation, RESPONSES[operation])
        return 400, {}, json.dumps({"__type": "UnknownOperationException"}).encode()

    def respond(self, operation: str, response: dict, content_type: str = "application/x-amz-json-1.1"):
        self.calls.append(operation)
        return 200, {"content-type": content_type}, json.dumps(response).encode()
