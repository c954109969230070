// The page of a report.

import Figures

extension Report {
  /// The page: one file that needs nothing else, with or without scripts.
  public var html: String {
    let named = sections.filter { !$0.isEmpty }
    var page = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.text(suite)): \(HTML.text(title))</title>
      <style>
      \(String(decoding: PackageResources.report_css, as: UTF8.self))
      </style>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the results</a>
      <header>
      <div class="bar"><p class="suite">OptimizerLab · <code>\(HTML.text(suite))</code></p>
      <button type="button" id="theme" hidden>Dark</button></div>
      <h1>\(HTML.text(title))</h1>

      """
    page += answerHTML
    if !notices.isEmpty {
      page += "<ul class=\"notices\">\n"
      for notice in notices { page += "<li>\(HTML.text(notice))</li>\n" }
      page += "</ul>\n"
    }
    page += "</header>\n<nav aria-label=\"Contents\"><ul>\n"
    // Where there are chapters, they are the contents.
    let hasChapters = named.contains { $0.chapter != nil }
    for (index, section) in named.enumerated() where !hasChapters || section.chapter != nil {
      page +=
        "<li><a href=\"#\(section.anchor(index))\">"
        + "\(HTML.text(section.chapter ?? section.title))</a></li>\n"
    }
    page += "<li><a href=\"#ledger\">Ledger</a></li>\n</ul></nav>\n<main id=\"content\">\n"
    var number = 0
    for (index, section) in named.enumerated() {
      page += section.html(section.anchor(index), &number)
    }
    page += ledgerHTML + "</main>\n"
    page += "<script>\n\(String(decoding: PackageResources.report_js, as: UTF8.self))</script>\n"
    return page + "</body>\n</html>\n"
  }

  /// The answer, further sentences (many of them as a list), and what all of it rests on.
  private var answerHTML: String {
    var text = ""
    if let first = answer.first {
      let isLong = first.count > 120
      text += "<p class=\"answer\(isLong ? " long" : "")\">\(HTML.text(first))</p>\n"
    }
    let more = answer.dropFirst().map { HTML.text($0) }
    if more.count > 3 {
      text += "<ul class=\"findings\">\n" + more.map { "<li>\($0)</li>\n" }.joined() + "</ul>\n"
    } else {
      text += more.map { "<p class=\"more\">\($0)</p>\n" }.joined()
    }
    guard !facts.isEmpty else { return text }
    text += "<ul class=\"facts\">\n"
    for (number, name) in facts {
      text += "<li><b>\(HTML.text(number))</b> \(HTML.text(name))</li>\n"
    }
    return text + "</ul>\n"
  }

  private var ledgerHTML: String {
    var text = "<section id=\"ledger\">\n<h2>Ledger</h2>\n<dl class=\"ledger\">\n"
    for (name, value) in ledger {
      text += "<dt>\(HTML.text(name))</dt><dd>\(HTML.text(value))</dd>\n"
    }
    text += "</dl>\n<h3>Commands</h3>\n<dl class=\"ledger\">\n"
    for (purpose, command) in commands {
      text += "<dt>\(HTML.text(purpose))</dt><dd><code>\(HTML.text(command))</code></dd>\n"
    }
    return text + "</dl>\n</section>\n"
  }
}

extension Report.Section {
  /// By what it is linked to.
  fileprivate func anchor(_ index: Int) -> String { anchor ?? HTML.anchor(title, index) }

  /// - Parameter number: how many tables and players there were before.
  fileprivate func html(_ anchor: String, _ number: inout Int) -> String {
    var text = "<section id=\"\(anchor)\">\n"
    if let chapter { text += "<p class=\"chapter\">\(HTML.text(chapter))</p>\n" }
    text += "<h2>\(HTML.text(title))</h2>\n"
    if !lead.isEmpty {
      let mark = badge.map {
        "<b class=\"badge\" style=\"background:\($0.tone.color)\">\(HTML.text($0.text))</b> "
      }
      text += "<p class=\"lead\">\(mark ?? "")\(HTML.text(lead))</p>\n"
    }
    for paragraph in paragraphs { text += "<p>\(HTML.text(paragraph))</p>\n" }
    for block in code {
      text +=
        "<p class=\"note\">\(HTML.text(block.title))</p>\n<pre>"
        + block.lines.map { HTML.text($0) }.joined(separator: "\n") + "</pre>\n"
    }
    if let player {
      number += 1
      text += player.html(number)
    }
    for table in tables where !table.isFolded {
      number += 1
      text += table.html(number)
    }
    if !figures.isEmpty {
      text += "<div class=\"figures\">\n" + figures.map(\.html).joined() + "</div>\n"
    }
    for table in tables where table.isFolded {
      number += 1
      text +=
        "<details class=\"folded\"><summary>\(HTML.text(table.title)) (\(table.rows.count))</summary>\n"
        + table.html(number) + "</details>\n"
    }
    for note in notes { text += "<p class=\"note\">\(HTML.text(note))</p>\n" }
    return text + "</section>\n"
  }
}

extension Report.Table {
  fileprivate func html(_ number: Int) -> String {
    var text = "<div class=\"table\">\n"
    if hasFilter ?? (rows.count > 5) {
      text +=
        "<p class=\"filter\" hidden><label for=\"filter\(number)\">Filter</label> "
        + "<input type=\"search\" id=\"filter\(number)\" data-table=\"table\(number)\"> "
        + "<output for=\"filter\(number)\">\(rows.count) rows</output></p>\n"
    }
    text +=
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"caption\(number)\">\n"
      + "<table id=\"table\(number)\">\n<caption id=\"caption\(number)\">\(HTML.text(title))</caption>\n"
      + "<thead><tr>"
    for column in columns {
      text +=
        "<th scope=\"col\"\(column.isNumeric ? " class=\"number\"" : "")>\(HTML.text(column.name))</th>"
    }
    text += "</tr></thead>\n<tbody>\n"
    for row in rows {
      text += "<tr>"
      for (index, cell) in row.enumerated() {
        let column = columns[min(index, columns.count - 1)]
        let tag = index == 0 ? "th scope=\"row\"" : "td"
        text += "<\(tag)\(column.isNumeric ? " class=\"number\"" : "")"
        if let value = cell.value {
          text += " data-value=\"\(value.isFinite ? "\(value)" : "Infinity")\""
        }
        text += ">"
        if let color = cell.color {
          text += "<span class=\"swatch\" style=\"background:\(HTML.text(color))\"></span>"
        }
        if let mark = cell.mark { text += mark.html }
        var content = HTML.text(cell.text)
        if let link = cell.link { content = "<a href=\"#\(HTML.text(link))\">\(content)</a>" }
        text += cell.isStrong ? "<strong>\(content)</strong>" : content
        text += index == 0 ? "</th>" : "</td>"
      }
      text += "</tr>\n"
    }
    text += "</tbody>\n</table>\n</div>\n"
    for note in notes { text += "<p class=\"note\">\(HTML.text(note))</p>\n" }
    if !legend.isEmpty {
      text += "<details class=\"legend\"><summary>What the columns mean</summary>\n"
      for line in legend { text += "<p class=\"note\">\(HTML.text(line))</p>\n" }
      text += "</details>\n"
    }
    return text + "</div>\n"
  }
}

extension Report.Table.Mark {
  /// What the text beside it says is not said twice.
  fileprivate var html: String {
    func place(_ share: Double) -> String {
      Text.decimal(5 + 110 * min(max(share, 0), 1), digits: 4)
    }
    let color = HTML.text(color)
    var text =
      "<svg class=\"mark\" viewBox=\"0 0 120 14\" width=\"120\" height=\"14\" aria-hidden=\"true\">"
      + "<path class=\"track\" d=\"M5 7H115M60 4V10\"/>"
    if let interval {
      text +=
        "<path d=\"M\(place(interval.lowerBound)) 7H\(place(interval.upperBound))\" "
        + "stroke=\"\(color)\" stroke-width=\"3\"/>"
    }
    return text + "<circle cx=\"\(place(value))\" cy=\"7\" r=\"4.5\" fill=\"\(color)\"/></svg>"
  }
}

extension Report.Picture {
  fileprivate var html: String {
    var text =
      "<figure>\n<img loading=\"lazy\" decoding=\"async\" width=\"\(width)\" height=\"\(height)\" "
      + "alt=\"\(HTML.text(title))\" src=\"\(HTML.source(svg: svg))\">\n"
      + "<figcaption>\(HTML.text(title))\n<details><summary>How it was made</summary>\n<dl>\n"
    for (name, value) in caption {
      text += "<dt>\(HTML.text(name))</dt><dd>\(HTML.text(value))</dd>\n"
    }
    return text + "<dt>command</dt><dd><code>\(HTML.text(command))</code></dd>\n"
      + "</dl></details></figcaption>\n</figure>\n"
  }
}

extension Report.Player {
  fileprivate func html(_ number: Int) -> String {
    let names = paths.map(\.name)
    let label = "Paths of \(names.joined(separator: ", ")) on \(problem)"
    return """
      <div class="player" hidden>
      <div class="stage">
      <canvas class="map" role="img" aria-label="\(HTML.text(label))" tabindex="0" \
      aria-keyshortcuts="Space ArrowLeft ArrowRight Home End"></canvas>
      <canvas class="curve" role="img" aria-label="Loss above the minimum against \(unit)"></canvas>
      </div>
      <div class="controls">
      <button type="button" class="play">Play</button>
      <label class="time">\(unit.prefix(1).uppercased() + unit.dropFirst()) <input type="range" min="0" max="1000" value="1000" step="1"></label>
      <output class="clock"></output>
      <label>Speed <select><option value="0.5">½</option><option value="1" selected>1</option>\
      <option value="2">2</option><option value="4">4</option></select></label>
      </div>
      <fieldset class="who"><legend>Optimizers</legend></fieldset>
      <p class="note">\(HTML.text(remark.isEmpty ? "" : "The stored runs \(remark). "))On the map, the space \
      bar plays, arrows go step by step, Home and End to the ends; a cross is where a run diverged.</p>
      <script type="application/json">\(json)</script>
      </div>

      """
  }
}
