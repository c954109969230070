// The page in a real browser, where there is one.

import Foundation
import Testing

@testable import Report

@Suite struct BrowserTests {
  /// Debian's chromium, or whatever is called so.
  static let browser: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.flatMap { ["\($0)/chromium", "\($0)/chromium-browser"] }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Uses the page as a reader would, and notes what comes of it.
  private static let use = """
    const said = { faults: window.faults };
    const cells = (column) => [...document.querySelectorAll("#table2 tbody tr")]
      .filter((row) => !row.hidden).map((row) => row.cells[column].textContent);
    const heading = document.querySelectorAll("#table2 thead th")[1];
    heading.querySelector("button").click();
    said.ascending = cells(1);
    said.sorted = heading.getAttribute("aria-sort");
    heading.querySelector("button").click();
    said.descending = cells(1);
    const field = document.getElementById("filter2");
    said.filterIsShown = !field.parentElement.hidden;
    field.value = "OPTIMIZER-3";
    field.dispatchEvent(new Event("input"));
    said.filtered = cells(0);
    said.count = field.parentElement.querySelector("output").textContent;
    const theme = document.getElementById("theme");
    const before = theme.textContent;
    theme.click();
    said.themes = [before, theme.textContent, document.documentElement.dataset.theme];
    const player = document.querySelector(".player");
    const slider = player.querySelector("input[type=range]");
    const clock = player.querySelector(".clock");
    const map = player.querySelector(".map");
    const ink = () => {
      const data = map.getContext("2d").getImageData(0, 0, map.width, map.height).data;
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        const spread = Math.max(data[i], data[i + 1], data[i + 2])
          - Math.min(data[i], data[i + 1], data[i + 2]);
        count += spread > 60;
      }
      return count;
    };
    said.playerIsShown = !player.hidden;
    said.end = [clock.textContent, ink()];
    map.dispatchEvent(new KeyboardEvent("keydown", { key: "Home" }));
    said.start = [clock.textContent, ink()];
    slider.value = 500;
    slider.dispatchEvent(new Event("input"));
    said.middle = [clock.textContent, ink()];
    player.querySelector(".who input").click();
    said.without = ink();
    player.querySelector(".play").click();
    said.playing = player.querySelector(".play").textContent;
    // As soon as it has moved.
    const finish = (left) => {
      said.played = Number(slider.value);
      if (said.played <= 500 && left) {
        setTimeout(() => finish(left - 1), 100);
        return;
      }
      said.requests = performance.getEntriesByType("resource")
        .map((entry) => entry.name).filter((name) => !name.startsWith("data:"));
      said.width = [document.documentElement.scrollWidth, innerWidth];
      const element = document.createElement("pre");
      element.id = "said";
      element.textContent = JSON.stringify(said);
      document.body.append(element);
    };
    finish(300);
    """

  private struct Said: Decodable {
    var faults, ascending, descending, filtered, themes, requests: [String]
    var sorted, count, playing: String
    var filterIsShown, playerIsShown: Bool
    var without: Double
    var played: Double
    var width: [Double]
    var start, middle, end: [Mixed]
  }

  private enum Mixed: Decodable {
    case text(String)
    case number(Double)
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
    var number: Double { if case .number(let value) = self { value } else { .nan } }
    var text: String { if case .text(let value) = self { value } else { "" } }
  }

  private func open(_ html: String, width: Int) throws -> Said {
    let browser = try #require(Self.browser)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appendingPathComponent("report.html")
    let watched = html.replacing(
      "<head>",
      with: "<head><script>window.faults = []; addEventListener('error', (e) => "
        + "faults.push(String(e.message))); addEventListener('securitypolicyviolation', (e) => "
        + "faults.push(e.violatedDirective)); for (const name of ['error', 'warn']) console[name] = "
        + "(...all) => faults.push(all.join(' ')); "
        // Frames by the clock of the page, which goes on whether anything is painted or not.
        + "requestAnimationFrame = (frame) => setTimeout(() => frame(performance.now()), 16);</script>"
    ).replacing("</body>", with: "<script>(() => {\(Self.use)})();</script></body>")
    try watched.write(to: page, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: browser)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--user-data-dir=\(folder.path)/profile", "--window-size=\(width),900",
      "--virtual-time-budget=40000", "--dump-dom", page.absoluteString,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let dom = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let match = try #require(
      dom.firstMatch(of: /<pre id="said">(.*?)<\/pre>/), "the page came to no end")
    let text = String(match.1).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
    return try JSONDecoder().decode(Said.self, from: Data(text.utf8))
  }

  /// Wide, on a phone, dark and printed: what `browser.py` finds, which `make report-check` runs on a real report.
  @Test(.enabled(if: browser != nil, "there is no chromium here"))
  func isWithoutFault() throws {
    let page = FileManager.default.temporaryDirectory
      .appendingPathComponent("report-\(UUID().uuidString).html")
    defer { try? FileManager.default.removeItem(at: page) }
    try Make.report("<b>&").html.write(to: page, atomically: true, encoding: .utf8)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("browser.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path, page.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
  }

  @Test(
    .enabled(if: browser != nil, "there is no chromium here"),
    arguments: [("", 1280), ("", 400), ("</script><b>\"&'", 1280)])
  func isUsed(_ name: String, _ width: Int) throws {
    let said = try open(Make.report(name).html, width: width)
    #expect(said.faults == [])
    #expect(said.requests == [])
    // What failed stays last, whichever way it goes.
    #expect(said.ascending == ["2.0", "7.5", "9.0", "10.0", "100.0", "failed"])
    #expect(said.descending == ["100.0", "10.0", "9.0", "7.5", "2.0", "failed"])
    #expect(said.sorted == "ascending")
    #expect(said.filterIsShown && said.filtered == ["optimizer-3" + name])
    #expect(said.count == "1 of 6 rows")
    #expect(said.themes == ["Dark", "Light", "dark"])
    // The paths grow with the gradients, and go with their boxes.
    #expect(said.playerIsShown)
    #expect(said.end[0].text == "100 of 100" && said.start[0].text == "0 of 100")
    #expect(said.middle[0].text == "25 of 100")
    #expect(said.start[1].number < said.middle[1].number)
    #expect(said.middle[1].number <= said.end[1].number)
    #expect(said.without < said.middle[1].number)
    #expect(said.playing == "Pause" && said.played > 500)
    // Nothing sticks out.
    #expect(said.width[0] <= said.width[1])
  }
}
