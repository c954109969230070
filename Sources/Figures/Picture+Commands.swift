// From a picture to the commands that draw it, and to the script that redraws it.

extension Picture {
  /// The commands that draw the picture, and between them the data.
  enum Piece {
    case text(String)
    case data(CurveData)
  }

  /// What to send to draw the picture with inline binary data.
  func pieces(format: FigureFormat, characters: TerminalSize) -> [Piece] {
    guard format == .gif, !frames.isEmpty else {
      return [.text("reset\n")] + pieces(of: panels, format: format, characters: characters)
    }
    // Without a reset between them: gnuplot 5.4 would run out of colours.
    return [.text("reset\n")]
      + frames.flatMap { pieces(of: $0, format: format, characters: characters) }
  }

  private func pieces(of panels: [Panel], format: FigureFormat, characters: TerminalSize)
    -> [Piece]
  {
    var pieces: [Piece] = []
    let drawn = prepared(panels, for: format, characters: characters)
    for (index, panel) in drawn.enumerated() {
      pieces.append(
        .text(
          opening(index, of: drawn.count, format, characters) + panel.setup(format)
            + panel.plot { $0.binarySource }))
      for curve in panel.curves { pieces.append(.data(curve.data)) }
      pieces.append(.text("\n" + closing(index, of: drawn.count)))
    }
    return pieces
  }

  /// A script that redraws the picture on its own, its data as text.
  func script(format: FigureFormat) -> String {
    let drawn = prepared(panels, for: format, characters: TerminalSize())
    var names: [String: String] = [:]
    var text = "# \(Text.oneLine(title, limit: 200))\n#\n"
    for line in caption.text.split(separator: "\n") { text += "# \(line)\n" }
    text += "#\n# Redraws \(name).\(format.rawValue): gnuplot \(name).gp\n\n"
    text += "set encoding utf8\n"
    text += format.terminal(width: width, height: height, characters: TerminalSize()) + "\n"
    text += "set output \(Text.quoted(name + "." + format.rawValue))\n\n"
    for curve in drawn.flatMap(\.curves) where names[curve.data.name] == nil {
      // Names of data blocks are words.
      let block = "$" + curve.data.name.replacing("-", with: "_")
      names[curve.data.name] = block
      text += block + " << EOD\n" + curve.data.text + "EOD\n"
    }
    text += "\n"
    for (index, panel) in drawn.enumerated() {
      text += opening(index, of: drawn.count, format, TerminalSize()) + panel.setup(format)
      text +=
        panel.plot { $0.textSource(names[$0.name]!) } + closing(index, of: drawn.count)
    }
    return text + "set output\n"
  }

  private func prepared(_ panels: [Panel], for format: FigureFormat, characters: TerminalSize)
    -> [Panel]
  {
    guard format == .terminal else {
      return panels.map { panel in
        var panel = panel
        panel.placeTags(of: (Double(width), Double(height)), rowHeight: nil)
        panel.labels.removeAll(where: \.onlyInTerminal)
        return panel.withoutEmptyCurves
      }
    }
    let titleRows = titleLines(format, characters).lines.count
    return panels.compactMap { panel in
      guard let frame = panel.terminalFrame else { return nil }
      var panel = panel
      panel.frame = frame
      // Room for the title and the name of the axis.
      panel.frame.top = min(frame.top, 1 - Double(titleRows + 3) / Double(characters.rows))
      panel.labels.removeAll { $0.omittedInTerminal }
      panel.placeTags(
        of: (Double(characters.columns), Double(characters.rows)),
        rowHeight: 1.02 / Double(characters.rows),
        room: Int((1 - frame.right) * Double(characters.columns)) - 2)
      // Upright text stands in the way of the numbers: the name of the axis goes above it.
      if !panel.y.label.isEmpty {
        panel.labels.append(
          Label(
            text: panel.title.isEmpty ? panel.y.label : "\(panel.title): \(panel.y.label)",
            x: frame.left, y: panel.frame.top + 1.5 / Double(characters.rows), system: .screen))
        panel.y.label = ""
        panel.title = ""
      }
      panel.curves = panel.curves.flatMap { curve in
        curve.tilesInCharacters(panel, columns: characters.columns, rows: characters.rows)
          + [curve.inCharacters(panel, columns: characters.columns, rows: characters.rows)]
          .compactMap { $0 }
      }
      return panel.withoutEmptyCurves
    }
  }

  private func opening(
    _ index: Int, of count: Int, _ format: FigureFormat, _ characters: TerminalSize
  ) -> String {
    var text = ""
    if count > 1, index == 0 { text += "set multiplot\n" }
    text += "unset label\nunset arrow\nunset key\n"
    if index == 0 {
      let title = titleLines(format, characters)
      for (i, line) in title.lines.enumerated() {
        text +=
          Label(
            text: line, x: 0.02, y: 0.965 - Double(i) * title.spacing, system: .screen,
            size: title.size, bold: true
          ).command(format) + "\n"
      }
    }
    return text
  }

  private func closing(_ index: Int, of count: Int) -> String {
    count > 1 && index == count - 1 ? "unset multiplot\n" : ""
  }
}
