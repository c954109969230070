"""Opens a report in chromium as readers do, uses it, and says what is wrong with it.

    python3 Tests/ReportTests/browser.py REPORT.html [--pictures FOLDER]

Headless chromium is spoken to over two pipes, with nothing but Python's standard library. The page is opened wide,
at the width of a phone, light and dark, and printed; every table is sorted and filtered, every player is played and
scrubbed by mouse and by keyboard. A fault is whatever the console says, a request that leaves the file, something
that sticks out of the page, text of too little contrast, a part that cannot be used. Exits 1 where there is one, and
2 where there is no chromium.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


class Browser:
    """One page of a headless chromium, by the Chrome DevTools Protocol."""

    def __init__(self, program, folder):
        to_browser, self.writing = os.pipe()
        self.reading, from_browser = os.pipe()
        for end in (to_browser, from_browser):
            os.set_inheritable(end, True)
        # Chromium reads from its descriptor 3 and writes to 4; sh puts them there.
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--hide-scrollbars", f"--user-data-dir={folder}", "--remote-debugging-pipe"]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "_", *command],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.events = []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.buffer:
            part = os.read(self.reading, 1 << 20)
            if not part:
                raise SystemExit("chromium has ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def run(self, script):
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def open(self, address, width, height, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", media="screen",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=address)
        self.run("new Promise((done) => document.readyState === 'complete' ? done() : onload = done)")
        self.run("new Promise((done) => setTimeout(done, 300))")

    def press(self, key, code=None, text=None):
        parameters = {"key": key, "code": code or key}
        self.call("Input.dispatchKeyEvent", type="keyDown", **parameters, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def picture(self, path, whole=False):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        try:
            self.call("Browser.close")
        except (RuntimeError, SystemExit, BrokenPipeError):
            pass
        self.process.wait(timeout=20)


def faults_of_events(browser, address):
    """What the console said, and what was asked of the network."""
    for event in browser.events:
        method, about = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = about["exceptionDetails"]
            yield "exception: " + details.get("exception", {}).get("description", details["text"])
        elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
            yield "console: " + " ".join(str(part.get("value")) for part in about["args"])
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            # Only this script reads pictures back.
            if "willReadFrequently" not in about["entry"]["text"]:
                yield "log: " + about["entry"]["text"]
        elif method == "Network.requestWillBeSent":
            url = about["request"]["url"]
            if not url.startswith("data:") and url.split("#")[0] != address and url != "about:blank":
                yield "request: " + url[:200]
    browser.events.clear()


STICKING_OUT = """(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [`the page is ${document.documentElement.scrollWidth} wide`,
    ...[...document.querySelectorAll("body *")].filter((element) =>
      element.getBoundingClientRect().right > width + 1 && !element.closest(".scroll, nav, pre"))
      .slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
})()"""

# WCAG 2.2, 1.4.3: 4.5, or 3 for large text.
CONTRAST = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const channels = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => rgb.slice(0, 3).map((value) => value / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0);
  const seen = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const ownText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!ownText || !element.checkVisibility() || element.closest("script, style, canvas")) continue;
    const style = getComputedStyle(element);
    let ground = element;
    while (ground && channels(getComputedStyle(ground).backgroundColor)[3] < 255) ground = ground.parentElement;
    const under = ground ? getComputedStyle(ground).backgroundColor : "white";
    const key = [style.color, under, parseFloat(style.fontSize) >= 24].join();
    if (seen.has(key)) continue;
    const [a, b] = [light(channels(style.color)), light(channels(under))].sort((x, y) => y - x);
    seen.set(key, [(a + 0.05) / (b + 0.05), parseFloat(style.fontSize) >= 24 ? 3 : 4.5, element.outerHTML.slice(0, 90)]);
  }
  return [...seen].filter(([, [ratio, least]]) => ratio < least)
    .map(([key, [ratio, , text]]) => `contrast ${ratio.toFixed(2)} of ${key}: ${text}`);
})()"""

NAMES = """(() => {
  const faults = [];
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids.filter((id, place) => ids.indexOf(id) !== place)) faults.push(`two ids ${id}`);
  for (const image of document.images) if (!image.alt.trim()) faults.push("an image without alt");
  for (const canvas of document.querySelectorAll("canvas")) {
    if (!canvas.getAttribute("aria-label")) faults.push("a canvas without a name");
  }
  for (const field of document.querySelectorAll("input, select")) {
    if (!field.labels.length && !field.getAttribute("aria-label")) faults.push(`no label: ${field.outerHTML}`);
  }
  for (const button of document.querySelectorAll("button")) {
    if (!button.textContent.trim() && !button.getAttribute("aria-label")) faults.push("a button without a name");
  }
  for (const image of document.images) if (image.complete && !image.naturalWidth) faults.push(`broken: ${image.alt}`);
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) faults.push(`heading skips a level: ${heading.textContent}`);
    level = own;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  return faults;
})()"""

# Every column both ways: ascending and descending order of what has a value, what has none last.
TABLES = """(() => {
  const faults = [];
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const table of document.querySelectorAll("table")) {
    const title = table.caption.textContent;
    const body = table.tBodies[0];
    const before = [...body.rows].map((row) => row.textContent).sort().join();
    [...table.querySelectorAll("thead th")].slice(0, 4).forEach((heading, column) => {
      for (const [way, sign] of [["ascending", 1], ["descending", -1]]) {
        heading.querySelector("button").click();
        if (heading.getAttribute("aria-sort") !== way) faults.push(`${title}: not ${way}`);
        const values = [...body.rows].map((row) => row.cells[column].dataset.value)
          .map((text) => text === undefined || text === "" ? Infinity : Number(text));
        if (!values.some(Number.isFinite)) continue;
        values.forEach((value, place) => {
          const last = place ? values[place - 1] : value;
          const isRight = Number.isFinite(value) ? sign * (value - last) >= 0 : true;
          if (!isRight) faults.push(`${title}: ${last} before ${value}, ${way}`);
        });
      }
    });
    if ([...body.rows].map((row) => row.textContent).sort().join() !== before) faults.push(`${title}: rows are lost`);
  }
  for (const field of document.querySelectorAll("input[type=search]")) {
    const body = document.getElementById(field.dataset.table).tBodies[0];
    const first = body.rows[0].cells[0].textContent;
    const count = field.parentElement.querySelector("output");
    for (const [text, least] of [[first, 1], ["no such thing at all", 0], ["", body.rows.length]]) {
      field.value = text;
      field.dispatchEvent(new Event("input"));
      const shown = [...body.rows].filter((row) => !row.hidden);
      const isRight = least ? shown.length >= least : shown.length === 0;
      if (!isRight || !count.textContent.startsWith(String(shown.length))) {
        faults.push(`filter '${text}': ${shown.length} rows, ${count.textContent}`);
      }
    }
  }
  return faults;
})()"""

INK = """(canvas) => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i] + 7 * data[i + 1] + 13 * data[i + 2]) % 1000003;
  return sum;
}"""


def faults_of_player(browser, place):
    """Plays, scrubs and chooses, by mouse and by keyboard."""
    browser.run(f"""window.it = document.querySelectorAll(".player")[{place}];
      window.ink = {INK};
      it.scrollIntoView({{block: "center"}});
      new Promise((done) => setTimeout(done, 150))""")
    map_ink = 'ink(it.querySelector("canvas"))'
    slider = 'Number(it.querySelector("input[type=range]").value)'
    clock = 'it.querySelector(".clock").textContent'
    browser.run('it.querySelector("canvas").focus()')
    browser.press("Home")
    start = browser.run(f"[{slider}, {map_ink}, {clock}]")
    browser.press("End")
    end = browser.run(f"[{slider}, {map_ink}, {clock}]")
    if start[0] != 0 or end[0] <= 0:
        yield f"Home and End lead to {start[0]} and {end[0]}"
    if start[1] == end[1]:
        yield "the map is the same at start and end"
    if start[2] == end[2]:
        yield "the clock stands"
    browser.press("ArrowLeft")
    if browser.run(slider) >= end[0]:
        yield "the left arrow does nothing"
    browser.press("Home")
    browser.press(" ", "Space", " ")
    browser.run("new Promise((done) => setTimeout(done, 500))")
    playing = browser.run(slider)
    browser.press(" ", "Space", " ")
    if playing <= 0:
        yield "space does not play"
    held = browser.run(slider)
    browser.run("new Promise((done) => setTimeout(done, 200))")
    if browser.run(slider) != held:
        yield "space does not pause"
    browser.press("End")
    whole = browser.run(map_ink)
    browser.run('for (const box of it.querySelectorAll(".who input")) box.click()')
    if browser.run(map_ink) == whole:
        yield "optimizers that are switched off are still drawn"
    browser.run('for (const box of it.querySelectorAll(".who input")) box.click()')
    if browser.run(map_ink) != whole:
        yield "optimizers that are switched on again are not drawn"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, help="a folder for what was seen")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("there is no chromium here: 'apt-get install chromium'", file=sys.stderr)
        return 2
    address = options.report.resolve(strict=True).as_uri()
    faults = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
        for name, width, height, dark in (("wide", 1280, 900, False), ("dark", 1280, 900, True),
                                          ("phone", 360, 740, False)):
            browser.open(address, width, height, dark)
            found = browser.run(STICKING_OUT) + browser.run(CONTRAST) + browser.run(NAMES)
            if options.pictures:
                browser.picture(options.pictures / f"{name}.png")
                browser.picture(options.pictures / f"{name}-whole.png", whole=True)
            if name == "wide":
                found += browser.run(TABLES)
            if name != "dark":
                for place in range(browser.run('document.querySelectorAll(".player").length')):
                    found += [f"player {place + 1}: {fault}" for fault in faults_of_player(browser, place)]
            found += faults_of_events(browser, address)
            faults += [f"{name}: {fault}" for fault in found]
        browser.open(address, 1280, 900)
        browser.call("Emulation.setEmulatedMedia", media="")
        data = browser.call("Page.printToPDF", printBackground=True)["data"]
        if options.pictures:
            (options.pictures / "print.pdf").write_bytes(base64.b64decode(data))
        # Without scripts everything but the players is there.
        browser.call("Emulation.setScriptExecutionDisabled", value=True)
        browser.call("Page.navigate", url=address)
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
        faults += [f"printed: {fault}" for fault in faults_of_events(browser, address)]
        browser.close()
    for fault in faults:
        print(fault)
    print(f"{options.report}: {len(faults)} fault{'' if len(faults) == 1 else 's'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
