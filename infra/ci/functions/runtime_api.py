"""A minimal Lambda Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

It serves one function and one event at a time. The function polls `RuntimeApi`. `invoke` sends it
an event and waits for the response.
"""

import json
import queue
import ssl
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def read_body(request: BaseHTTPRequestHandler) -> bytes:
    """Returns the request's body, even if the client sends it in chunks."""
    if request.headers.get("transfer-encoding", "").lower() != "chunked":
        return request.rfile.read(int(request.headers.get("content-length", "0")))
    body = b""
    while size := int(request.rfile.readline().split(b";")[0], 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    while request.rfile.readline().strip():
        pass
    return body


class LocalServer(ThreadingHTTPServer):
    """An HTTP server on a free local port. Its threads end with the process."""

    daemon_threads = True

    def __init__(self, handle, tls: ssl.SSLContext | None = None):
        """`handle(request, body)` returns the status, headers, and body of the response. With `tls`, the
        server speaks HTTPS.
        """
        self.tls = tls

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body are two writes. The second must not wait for the acknowledgment of
            # the first.
            disable_nagle_algorithm = True

            def respond(self):
                status, headers, body = handle(self, read_body(self))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = respond

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def finish_request(self, request, client_address):
        # In the thread of the connection, so that a handshake does not delay other connections.
        if self.tls:
            with self.tls.wrap_socket(request, server_side=True) as request:
                super().finish_request(request, client_address)
        else:
            super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        # The checks stop a function while it waits for its next event, so a broken connection is
        # expected.
        if not isinstance(sys.exception(), (ConnectionError, ssl.SSLEOFError)):
            super().handle_error(request, client_address)

    def close(self):
        self.shutdown()
        self.server_close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class RuntimeApi:
    """Sends events to the function that polls `address`."""

    def __init__(self):
        self.events = queue.Queue()
        self.responses = queue.Queue()
        self.polls = threading.Semaphore(0)
        self.server = LocalServer(self.handle)
        self.address = self.server.address

    def invoke(self, event: dict, seconds: float):
        """Returns the function's response to `event` as ("response" or "error", JSON). Raises
        `queue.Empty` on a time-out.
        """
        self.events.put((str(uuid.uuid4()), json.dumps(event).encode(), seconds))
        return self.responses.get(timeout=seconds)

    def wait_for_poll(self, seconds: float):
        """Waits until the function polls. Each call waits for one poll."""
        assert self.polls.acquire(timeout=seconds), "the function does not wait for an event"

    def close(self):
        # Wakes a function that still waits for an event, so that its thread ends as well.
        self.events.put(None)
        self.server.close()

    def handle(self, request, body: bytes):
        path = request.path.removeprefix("/2018-06-01/runtime/")
        match path.split("/"):
            case ["invocation", "next"]:
                self.polls.release()
                waiting = self.events.get()
                if waiting is None:
                    return 410, {}, b""
                request_id, event, seconds = waiting
                headers = {
                    "content-type": "application/json",
                    "lambda-runtime-aws-request-id": request_id,
                    "lambda-runtime-deadline-ms": str(int((time.time() + seconds) * 1000)),
                    "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-west-1:123456789012:function:checked",
                    "lambda-runtime-trace-id": "Root=1-6968ac90-000000000000000000000001;Sampled=0",
                }
                return 200, headers, event
            case ["invocation", _, "response" | "error" as kind]:
                self.responses.put((kind, json.loads(body)))
                return 202, {}, b""
            case ["init", "error"]:
                self.responses.put(("error", json.loads(body)))
                return 202, {}, b""
        return 404, {}, b""
