"""A merchant's server that takes the bank's notices: each is checked, and counted once.

    python examples/receive_webhooks.py PUBLIC_KEY [PORT]

PUBLIC_KEY is the merchant's webhook key as the bank shows it, base64url. Tell the bank this
address; it tries again, at longer and longer intervals, until it is answered with 2xx.
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

from zerobar.client.webhooks import ID_HEADER, WebhookRefused, check_webhook

HOST = "127.0.0.1"
LARGEST = 65_536


class Receiver(BaseHTTPRequestHandler):
    """Answers one notice.

    Attributes:
        public_key: 32 bytes, Ed25519.
        known: ids of notices taken; a real server keeps them with its orders, on the disk.
    """

    public_key: ClassVar[bytes]
    known: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        """Check, then remember, and only then answer."""
        length = int(self.headers.get("content-length", 0))
        if not 0 < length <= LARGEST:
            return self.send_error(413)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            check_webhook(self.public_key, headers, body, datetime.now(UTC))
        except WebhookRefused as refused:
            print(f"Refused: {refused}.", flush=True)
            return self.send_error(400, str(refused))
        self._take(headers[ID_HEADER], body)
        self.send_response(204)
        return self.end_headers()

    def _take(self, event_id: str, body: bytes) -> None:
        if event_id in self.known:
            print(f"Known already: {event_id}.", flush=True)
            return
        self.known.add(event_id)
        print(f"Taken: {event_id} {json.dumps(json.loads(body))}", flush=True)

    def log_message(self, *_: object) -> None:
        """Say nothing beside what is said above."""


def main() -> None:
    """Listen until stopped."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Receiver.public_key = base64.urlsafe_b64decode(sys.argv[1] + "==")
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with HTTPServer((HOST, port), Receiver) as server:
        print(f"Listening at http://{HOST}:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
