"""A fake AWS and a fake host app with fixed successful responses, so that a function can process one event.

Its table contains only the images of the delivered stream records. It stores no write and checks no
condition, because other tests cover the functions with real state. It records the operations that
were called.
"""

import json

from infra.ci.functions.runtime_api import LocalServer

# DynamoDB, EventBridge, and Secrets Manager send the operation in the header x-amz-target.
RESPONSES = {
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
    "PutItem": {},
    "UpdateItem": {},
    "DeleteItem": {},
    "SendMessage": {"MessageId": "0"},
    "ChangeMessageVisibility": {},
    "TransactWriteItems": {},
    "TransactGetItems": {"Responses": []},
    "GetSecretValue": {"Name": "webhook", "SecretString": "whsec_local_onramp"},
}


# Path of the host app's endpoint. The server stands for the host app, too.
HOST_PATH = "/onramp/webhooks"


class CannedAws:
    def __init__(self):
        self.calls = []
        self.images = {}
        self.server = LocalServer(self.handle)
        self.url = f"http://{self.server.address}"

    def deliver(self, event: dict):
        """Clears the calls and loads the images of the event's stream records."""
        self.calls = []
        changes = [record["dynamodb"] for record in event.get("Records", []) if "dynamodb" in record]
        self.images = {json.dumps(change["Keys"], sort_keys=True): change["NewImage"] for change in changes}

    def handle(self, request, body: bytes):
        if request.path.startswith("/v2/email/outbound-emails"):
            return self.respond("SendEmail", {"MessageId": "0100018d0a1b2c3d-00000000-000000"}, "application/json")
        if request.path == HOST_PATH:
            self.calls.append(f"webhook {request.headers.get('webhook-id')}")
            return 204, {}, b""
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        if operation == "PutEvents":
            entries = json.loads(body)["Entries"]
            return self.respond(operation, {"FailedEntryCount": 0, "Entries": [{"EventId": "0"} for _ in entries]})
        if operation == "GetItem":
            image = self.images.get(json.dumps(json.loads(body)["Key"], sort_keys=True))
            return self.respond(operation, {"Item": image} if image else {})
        if operation in RESPONSES:
            return self.respond(operation, RESPONSES[operation])
        return 400, {}, json.dumps({"__type": "UnknownOperationException"}).encode()

    def respond(self, operation: str, response: dict, content_type: str = "application/x-amz-json-1.1"):
        self.calls.append(operation)
        return 200, {"content-type": content_type}, json.dumps(response).encode()
