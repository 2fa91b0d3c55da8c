"""A page in headless Chromium, over its debugging protocol: a WebSocket client of some forty lines and no more than the standard library.

    with Browser(width, height) as b:
        b.open(path)
        b.run("1 + 1")
"""
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find():
    return os.environ.get("CIM_CHROMIUM") or next((p for p in map(shutil.which, NAMES) if p), None)


class Socket:
    def __init__(self, url):
        host, path = url.removeprefix("ws://").split("/", 1)
        name, port = host.split(":")
        self.s = socket.create_connection((name, int(port)), timeout=120)
        self.s.sendall(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.s.recv(1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise OSError("no WebSocket: " + head[:80].decode("latin-1"))

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        head = b"\x81" + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536 else b"\xff" + struct.pack(">Q", size))
        wide = (mask * (size // 4 + 1))[:size]
        self.s.sendall(head + mask + (int.from_bytes(data, "big") ^ int.from_bytes(wide, "big")).to_bytes(size, "big") if size else head + mask)

    def read(self, size):
        parts = []
        while size:
            part = self.s.recv(min(size, 1 << 20))
            if not part:
                raise OSError("the browser went away")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def receive(self):
        message = b""
        while True:
            first, size = self.read(2)
            if size == 126:
                size = struct.unpack(">H", self.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.read(8))[0]
            message += self.read(size)
            if first & 0x80:
                return message.decode("utf-8", "replace")


class Browser:
    def __init__(self, width=1200, height=800, webgl=True, dark=False):
        self.width, self.height, self.webgl, self.dark = width, height, webgl, dark

    def __enter__(self):
        self.home = tempfile.mkdtemp()
        gl = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"] if self.webgl else ["--disable-gpu", "--disable-3d-apis"]
        self.process = subprocess.Popen(
            [find(), "--headless=new", "--no-sandbox", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={self.home}",
             f"--window-size={self.width},{self.height}", *gl, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = Path(self.home) / "DevToolsActivePort"
        for _ in range(600):
            if port.exists() and len(port.read_text().split()) > 1:
                break
            if self.process.poll() is not None:
                raise OSError("the browser does not start")
            time.sleep(0.1)
        targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port.read_text().split()[0]}/json/list", timeout=60))
        self.socket = Socket(next(t for t in targets if t["type"] == "page")["webSocketDebuggerUrl"])
        self.number, self.console, self.requests = 0, [], []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=self.width, height=self.height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if self.dark else "light"}])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def event(self, m):
        kind, p = m.get("method"), m.get("params", {})
        if kind == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
            self.console.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
        elif kind == "Runtime.exceptionThrown":
            d = p["exceptionDetails"]
            self.console.append(d.get("exception", {}).get("description", d["text"]))
        elif kind == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
            self.console.append(p["entry"]["text"])
        elif kind == "Network.requestWillBeSent" and not p["request"]["url"].startswith("data:"):
            self.requests.append(p["request"]["url"])

    def call(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            m = json.loads(self.socket.receive())
            if m.get("id") == self.number:
                if "error" in m:
                    raise OSError(f"{method}: {m['error']['message']}")
                return m["result"]
            self.event(m)

    def run(self, expression):
        r = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"].get("exception", {}).get("description", r["exceptionDetails"]["text"]))
        return r["result"].get("value")

    def open(self, path, ready="window.cim && (cim.ready || cim.failed)", seconds=120):
        self.console, self.requests = [], []
        self.call("Page.navigate", url=Path(path).resolve().as_uri())
        end = time.time() + seconds
        while time.time() < end:
            if self.run(f"!!({ready})"):
                return True
            time.sleep(0.1)
        return False

    def settle(self):
        """Until the fine picture is there."""
        self.run("new Promise((done) => { let n = 0; const wait = () => (n++ > 300 || !window.cim || !cim.scene || cim.rested && !cim.asked ? done() : setTimeout(wait, 50)); setTimeout(wait, 250); })")

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self):
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
