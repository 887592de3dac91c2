"""How schemathesis speaks to a running stack: as an admin, from ever new network addresses, without following."""

import itertools
import os
import random
import re

import requests
import schemathesis

URL = os.environ["ONRAMP_URL"]
COUNT = itertools.count(1)
# What is generated depends on the seed alone; these only have to differ.
CHANCE = random.Random(1)
# What ends the session that asks. Each request there is somebody new's.
ENDING = [
    "/logout",
    "/account/sessions/end",
    "/account/sessions/end-all",
    "/invitations/{token}",
    "/members/leave",
    "/members/{user}/remove",
    "/organizations/switch",
]


def network() -> str:
    """An address that no limit has counted yet."""
    return "2001:db8:" + ":".join(f"{CHANCE.getrandbits(16):x}" for _ in range(2)) + "::1"


def post(path: str, fields: dict | None = None) -> requests.Response:
    headers = {"x-local-source-ip": network(), "accept": "application/json"}
    return requests.post(URL + path, json=fields, headers=headers, allow_redirects=False, timeout=30)


def session(answer: requests.Response) -> str:
    """The session that an answer gives."""
    assert answer.status_code == 303, answer.text
    return answer.headers["set-cookie"].partition(";")[0].partition("=")[2]


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


@schemathesis.auth().skip_for(path=ENDING)
class Admin(Cookie):
    """One admin, who has proven the address, for all that a session survives."""

    def get(self, case, context):
        email, _ = sign_up()
        post("/login", {"email": email})
        requests.post(f"{URL}/_local/settle", timeout=30)
        mails = requests.get(f"{URL}/_local/mail", timeout=30).json()
        mail = next(mail for mail in mails if mail["kind"] == "sign_in" and mail["to"] == [email])
        return session(post(re.search(r"/login/[0-9a-f]{64}", mail["text"])[0]))


@schemathesis.auth(refresh_interval=None).apply_to(path=ENDING)
class Newcomer(Cookie):
    """Somebody new each time."""

    def get(self, case, context):
        return sign_up()[1]
