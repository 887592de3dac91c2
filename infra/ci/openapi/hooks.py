"""Hooks for schemathesis: it calls the stack as an admin, from a new address for each request,
without redirects. It calls the server API with a key.
"""

import itertools
import os
import random
import re

import requests
import schemathesis

URL = os.environ["ONRAMP_URL"]
COUNT = itertools.count(1)
# For source addresses. The generated cases depend only on schemathesis's own seed.
CHANCE = random.Random(1)
# Requests that end their own session. Each of them uses a new user.
ENDING = [
    "/logout",
    "/account/sessions/end",
    "/account/sessions/end-all",
    "/invitations/{token}",
    "/members/leave",
    "/members/{user}/remove",
    "/organizations/switch",
]

# Paths that need an API key instead of a session.
SERVER_API = "^/api/v1"


def network() -> str:
    """Returns an address that no rate limit has counted yet."""
    return "2001:db8:" + ":".join(f"{CHANCE.getrandbits(16):x}" for _ in range(2)) + "::1"


def post(path: str, fields: dict | None = None) -> requests.Response:
    headers = {"x-local-source-ip": network(), "accept": "application/json"}
    return requests.post(URL + path, json=fields, headers=headers, allow_redirects=False, timeout=30)


def session(response: requests.Response) -> str:
    """Returns the session cookie of a response."""
    assert response.status_code == 303, response.text
    return response.headers["set-cookie"].partition(";")[0].partition("=")[2]


def sign_up() -> tuple[str, str]:
    email = f"ann{next(COUNT)}@acme.example"
    fields = {"name": "Acme Corp", "full_name": "Ann Ace", "email": email}
    return email, session(post("/organizations/new", fields))


@schemathesis.hook
def before_call(context, case, kwargs):
    case.headers = {**(case.headers or {}), "x-local-source-ip": network()}
    kwargs["allow_redirects"] = False


class Cookie:
    def set(self, case, data, context):
        case.cookies = {**(case.cookies or {}), "__Host-s": data}


@schemathesis.auth(refresh_interval=None).apply_to(path_regex=SERVER_API)
class Server:
    """The host app's server, with the key of the local stack."""

    def get(self, case, context):
        return "local.local-api-key-0123456789abcdef0123456789"

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.auth().skip_for(path=ENDING).skip_for(path_regex=SERVER_API)
class Admin(Cookie):
    """An admin with a verified address, for all requests that do not end the session."""

    def get(self, case, context):
        email, _ = sign_up()
        post("/login", {"email": email})
        requests.post(f"{URL}/_local/settle", timeout=30)
        mails = requests.get(f"{URL}/_local/mail", timeout=30).json()
        mail = next(mail for mail in mails if mail["kind"] == "sign_in" and mail["to"] == [email])
        return session(post(re.search(r"/login/[0-9a-f]{64}", mail["text"])[0]))


@schemathesis.auth(refresh_interval=None).apply_to(path=ENDING)
class Newcomer(Cookie):
    """A new user for each request."""

    def get(self, case, context):
        return sign_up()[1]
