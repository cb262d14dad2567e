"""Counts what is left of each product: events and records over plain HTTP, with nothing but Python's own library."""
import base64
import json
import os
import time
import urllib.error
import urllib.request

SHELF = 40  # pieces of a product when it is full; it is filled again when it is nearly empty
LOW = 5
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(path, body=None, **headers):
    headers |= {"authorization": f"Bearer {os.environ['MICRO_TOKEN']}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    return opener.open(urllib.request.Request(f"http://{os.environ['MICRO_PROXY']}{path}", data, headers))


def left_of(product):
    try:
        record = json.load(ask("/store.Store/Read", {"key": product}))["records"][0]
        return int(base64.b64decode(record["value"]))
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return SHELF
        raise


def take(product):
    left = left_of(product) - 1
    if left < LOW:
        ask("/_events/stock.low", {"product": product, "left": left}, **{"micro-key": product}).close()
        left = SHELF
    value = base64.b64encode(str(left).encode()).decode()
    ask("/store.Store/Write", {"record": {"key": product, "value": value}}).close()
    print(f"INFO {left} of {product} are left", flush=True)


while True:
    try:
        for line in ask("/_events/orders.placed?group=stock&from=start"):
            if line.startswith(b"data: "):
                for product in json.loads(json.loads(line[6:])["payload"])["products"]:
                    take(product)
    except OSError as error:
        print(f"WARN the events cannot be had: {error}", flush=True)
    time.sleep(1)
