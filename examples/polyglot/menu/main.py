"""What there is, and for how much."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DRINKS = [
    {"name": "espresso", "cents": 220, "seconds": 0.02},
    {"name": "cappuccino", "cents": 340, "seconds": 0.04},
    {"name": "tea", "cents": 280, "seconds": 0.03},
]


class Menu(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/drinks":
            self.send(200, DRINKS)
            return
        name = self.path.rpartition("/")[2]
        found = [drink for drink in DRINKS if drink["name"] == name]
        self.send(200, found[0]) if found else self.send(404, {"error": f"no drink {name!r}"})

    def send(self, status, value):
        body = json.dumps(value).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text, *values):
        print(text % values, flush=True)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("the menu has", len(DRINKS), "drinks", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Menu).serve_forever()
