"""An HTTP client for many concurrent requests, which signs webhooks like Stripe.

It uses plain streams, because its own CPU time must stay small beside that of the program.
"""

import asyncio
import hashlib
import hmac
import time
from collections import deque
from dataclasses import dataclass

SECRET = "whsec_local_onramp"
WEBHOOK = "/billing/webhooks/stripe"
# Seconds. A webhook of a burst can wait for many others before its function starts.
PATIENCE = 120
# Seconds. The program closes a connection on which no request arrives for 30 seconds.
MAX_IDLE = 10


@dataclass
class Response:
    # 0 if there was no response.
    status: int
    head: str
    body: str


class Client:
    """Sends requests over keep-alive connections, and opens another one if none is idle."""

    def __init__(self, url: str):
        self.host, port = url.removeprefix("http://").split(":")
        self.port = int(port)
        self.idle: deque[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = deque()

    async def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, patience: float = PATIENCE) -> Response:
        """Returns the response, or a response with status 0 and the reason."""
        lines = [f"{method} {path} HTTP/1.1", f"host: {self.host}:{self.port}", "accept: application/json", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        sent = "\r\n".join([*lines, "", ""]).encode() + body
        try:
            return await asyncio.wait_for(self.exchange(sent), patience)
        except TimeoutError:
            return Response(0, "", f"no response within {patience} s")
        except (OSError, asyncio.IncompleteReadError) as error:
            return Response(0, "", f"no response: {type(error).__name__}")

    async def exchange(self, sent: bytes) -> Response:
        reader, writer = await self.connection()
        try:
            writer.write(sent)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            [length] = [line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
            body = await reader.readexactly(int(length))
        except BaseException:
            writer.close()
            raise
        self.idle.append((time.monotonic(), reader, writer))
        return Response(int(head.split(" ", 2)[1]), head, body.decode())

    async def connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self.idle:
            since, reader, writer = self.idle.pop()
            if time.monotonic() - since < MAX_IDLE and not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self.host, self.port)

    async def webhook(self, body: bytes, secret: str = SECRET) -> Response:
        """Sends an event with a new signature."""
        return await self.request("POST", WEBHOOK, body, {"content-type": "application/json", "stripe-signature": sign(body, secret)})

    def close(self):
        while self.idle:
            self.idle.pop()[2].close()


def sign(body: bytes, secret: str) -> str:
    now = int(time.time())
    digest = hmac.new(secret.encode(), b"%d." % now + body, hashlib.sha256).hexdigest()
    return f"t={now},v1={digest}"
