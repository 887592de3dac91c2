"""An AWS that always says yes: enough for a function to reach its answer.

Its table holds the images of the stream records that are being delivered and nothing else. It keeps no write and
checks no condition; what the functions do with real state is the tests' business. It remembers which operations were
asked for.
"""

import json

from runtime_api import LocalServer

# DynamoDB, EventBridge and Secrets Manager name the operation in the header x-amz-target.
ANSWERS = {
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
    "PutItem": {},
    "UpdateItem": {},
    "DeleteItem": {},
    "TransactWriteItems": {},
    "TransactGetItems": {"Responses": []},
    "GetSecretValue": {"Name": "webhook", "SecretString": "whsec_local_onramp"},
}


class CannedAws:
    def __init__(self):
        self.calls = []
        self.images = {}
        self.server = LocalServer(self.handle)
        self.url = f"http://{self.server.address}"

    def deliver(self, event: dict):
        """Forgets the calls, and holds what the event's stream records say."""
        self.calls = []
        changes = [record["dynamodb"] for record in event.get("Records", [])]
        self.images = {json.dumps(change["Keys"], sort_keys=True): change["NewImage"] for change in changes}

    def handle(self, request, body: bytes):
        if request.path.startswith("/v2/email/outbound-emails"):
            return self.say("SendEmail", {"MessageId": "0100018d0a1b2c3d-00000000-000000"}, "application/json")
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        if operation == "PutEvents":
            entries = json.loads(body)["Entries"]
            return self.say(operation, {"FailedEntryCount": 0, "Entries": [{"EventId": "0"} for _ in entries]})
        if operation == "GetItem":
            image = self.images.get(json.dumps(json.loads(body)["Key"], sort_keys=True))
            return self.say(operation, {"Item": image} if image else {})
        if operation in ANSWERS:
            return self.say(operation, ANSWERS[operation])
        return 400, {}, json.dumps({"__type": "UnknownOperationException"}).encode()

    def say(self, operation: str, answer: dict, content_type: str = "application/x-amz-json-1.1"):
        self.calls.append(operation)
        return 200, {"content-type": content_type}, json.dumps(answer).encode()
