"""A certificate for local servers, and the root certificate that signed it. openssl creates both."""

import ssl
import subprocess
from pathlib import Path

CONFIG = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = IP:127.0.0.1
"""


class Certificate:
    def __init__(self, folder: Path, others: Path):
        """Creates the files in `folder`. `roots` contains the new root certificate and those of the file
        `others`.
        """
        self.folder = folder
        self.root, self.roots = folder / "root.pem", folder / "roots.pem"
        (folder / "openssl.conf").write_text(CONFIG, encoding="utf-8")
        self.create("root")
        self.create("server", "-CA", "root.pem", "-CAkey", "root.key")
        self.roots.write_bytes(others.read_bytes() + self.root.read_bytes())

    def create(self, name: str, *signer: str):
        key = ["-newkey", "rsa:2048", "-noenc", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        command = ["openssl", "req", "-x509", "-config", "openssl.conf", "-extensions", name, "-subj", f"/CN={name}", *key, *signer]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def context(self) -> ssl.SSLContext:
        """Returns the settings of a server that has this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        # All local servers have the same name, so a client could resume a session at another server. This
        # would hide the cost of the handshake.
        context.num_tickets = 0
        return context
