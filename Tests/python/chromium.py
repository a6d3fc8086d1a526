"""Debian's Chromium, driven over its DevTools pipe: two file descriptors and JSON, so nothing has to be installed or downloaded."""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time


def high_pipe():
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 100) for end in ends]
    for end in ends:
        os.close(end)
    return moved


class Chromium:
    """One headless browser with one page. Use it as a context manager."""

    def __init__(self, width=1440, height=900, dark=False, reduced_motion=True):
        self.path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not self.path:
            raise FileNotFoundError("no chromium here: apt-get install chromium")
        self.size, self.dark, self.reduced_motion = (width, height), dark, reduced_motion
        self.events, self.answers, self.next = [], {}, 1

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="martlet-chromium-")
        # The browser reads commands from descriptor 3 and writes answers to 4; high numbers first, so that none is overwritten.
        to_browser, self.writing = high_pipe()
        self.reading, from_browser = high_pipe()
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            f"--user-data-dir={self.profile}",
            "--remote-debugging-pipe",
            "about:blank",
        ]
        nothing = os.open(os.devnull, os.O_RDWR)
        moves = [
            (os.POSIX_SPAWN_DUP2, nothing, 1),
            (os.POSIX_SPAWN_DUP2, nothing, 2),
            (os.POSIX_SPAWN_DUP2, to_browser, 3),
            (os.POSIX_SPAWN_DUP2, from_browser, 4),
        ]
        self.process = os.posix_spawn(self.path, [self.path, *flags], os.environ, file_actions=moves)
        os.close(nothing)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.session = None
        deadline = time.monotonic() + 30
        target = None
        while target is None and time.monotonic() < deadline:
            pages = [t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"]
            target = pages[0]["targetId"] if pages else None
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(*self.size)
        self.scheme(self.dark)
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.call("Browser.close", timeout=5)
        except (OSError, TimeoutError):
            pass
        deadline = time.monotonic() + 10
        while os.waitpid(self.process, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(self.process, signal.SIGKILL)
            time.sleep(0.02)
        os.close(self.reading)
        os.close(self.writing)
        shutil.rmtree(self.profile, ignore_errors=True)

    def resize(self, width, height):
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def scheme(self, dark):
        self.call(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                {"name": "prefers-reduced-motion", "value": "reduce" if self.reduced_motion else "no-preference"},
            ],
        )

    def call(self, method, timeout=30, **params):
        """One DevTools command and its result."""
        number, self.next = self.next, self.next + 1
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while number not in self.answers:
            self.pump(deadline, method)
        answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def pump(self, deadline, waiting_for):
        ready, _, _ = select.select([self.reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"chromium did not answer {waiting_for} in time")
        chunk = os.read(self.reading, 1 << 20)
        if not chunk:
            raise OSError("chromium has gone")
        *whole, self.buffer = (self.buffer + chunk).split(b"\0")
        for text in whole:
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.events.append(message)

    def open(self, url, timeout=30):
        """Goes to a page and waits until it says that it is ready."""
        self.call("Page.navigate", url=url)
        self.wait("document.documentElement?.dataset.ready === 'true'", timeout)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", expression))
        return answer["result"].get("value")

    def wait(self, expression, timeout=15):
        """Waits for a condition in the page; says which one when it does not come."""
        deadline = time.monotonic() + timeout
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {timeout} s still not: {expression}")
            time.sleep(0.05)

    def press(self, key, modifiers=0):
        codes = {
            "Tab": 9,
            "Enter": 13,
            "Escape": 27,
            "ArrowLeft": 37,
            "ArrowUp": 38,
            "ArrowRight": 39,
            "ArrowDown": 40,
            " ": 32,
        }
        for kind in ("keyDown", "keyUp"):
            text = (
                {"text": "\r"}
                if key == "Enter" and kind == "keyDown"
                else {"text": " "}
                if key == " " and kind == "keyDown"
                else {}
            )
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code="Space" if key == " " else key,
                windowsVirtualKeyCode=codes[key],
                modifiers=modifiers,
                **text,
            )

    def screenshot(self, path, full=True):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = (
            {
                "clip": {"x": 0, "y": 0, "width": self.evaluate("innerWidth"), "height": size["height"], "scale": 1},
                "captureBeyondViewport": True,
            }
            if full
            else {}
        )
        data = self.call("Page.captureScreenshot", format="png", **clip)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """Errors and warnings on the console, exceptions, and violations of the content security policy."""
        self.evaluate("1")
        found = []
        for event in self.events:
            params = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                found.append(
                    params["exceptionDetails"].get("exception", {}).get("description")
                    or params["exceptionDetails"]["text"]
                )
            elif event["method"] == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                found.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        return found

    def requests(self):
        """Every address the page asked for."""
        self.evaluate("1")
        return [
            event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"
        ]
