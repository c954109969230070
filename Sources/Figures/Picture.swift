// A picture as plain data: panels with axes, curves and labels. From it come the commands that
// draw it and the script that redraws it.

/// One picture, ready to be drawn in any format.
public struct Picture: Sendable {
  /// The stem of the names of its files.
  public var name: String
  /// What is to be seen, in one sentence.
  public var title: String
  /// Where it comes from; written beside the picture.
  public var caption: Caption
  /// Pixels.
  public var width = 800
  public var height = 600
  /// How many lines of text it needs at least when drawn in the terminal.
  var terminalRows = 0
  var panels: [Panel]

  init(name: String, title: String, caption: Caption, panels: [Panel]) {
    self.name = name
    self.title = title
    self.caption = caption
    self.panels = panels
  }
}

/// A system of axes and what is drawn in it.
struct Panel: Sendable {
  /// Where the axes lie, in shares of the picture; y upwards.
  var frame: Frame
  /// Where they lie in the terminal; nil where the panel is left out there.
  var terminalFrame: Frame?
  var title = ""
  var x: Axis
  var y: Axis
  /// Set in three dimensions.
  var z: Axis?
  var curves: [Curve] = []
  var labels: [Label] = []
  /// The names of lines, placed when the size of the picture is known.
  var tags: [NameTag] = []
  /// Straight lines.
  var rules: [Rule] = []
  /// Further commands.
  var commands: [String] = []

  init(frame: Frame, x: Axis, y: Axis, z: Axis? = nil) {
    self.frame = frame
    terminalFrame = frame
    self.x = x
    self.y = y
    self.z = z
  }
}

/// A rectangle in shares of the picture.
struct Frame: Sendable, Equatable {
  var left: Double
  var right: Double
  var bottom: Double
  var top: Double
  /// One panel that fills the picture, with room for the title above and the axes' names.
  static let whole = Frame(left: 0.105, right: 0.97, bottom: 0.105, top: 0.885)
}

/// A straight line across the axes or from point to point.
struct Rule: Sendable {
  var from: (x: Double, y: Double)
  var to: (x: Double, y: Double)
  var color: String
  var width = 1.0
  var dash = Dash.solid
  var arrow = false
}

enum Dash: Int, Sendable {
  case solid = 1
  case dashed = 2
  case dotted = 3
  case dashDotted = 4
}

/// A line of text.
struct Label: Sendable {
  enum System: String, Sendable { case first, graph, screen }
  enum Align: String, Sendable { case left, center, right }
  var text: String
  var x: Double
  var y: Double
  var system = System.first
  var align = Align.left
  var color = Ink.text
  var size = 11.0
  var bold = false
  /// Whether what is below is dimmed.
  var boxed = false
  /// Only in pictures, not in the terminal.
  var omittedInTerminal = false

  func command(_ format: FigureFormat) -> String {
    // gnuplot 5.4 writes the name of a font into a svg file as it is, and knows no weight there.
    let weight =
      switch format {
      case .svg: bold ? "\" font-weight=\"bold" : ""
      case .gif: ""
      default: bold ? ":Bold" : ""
      }
    // Points of the svg terminal are pixels.
    let points = format == .svg ? size * 1.2 : format == .pdf ? size * 11 / 12 : size
    return "set label \(quoted(text)) at \(system.rawValue) \(decimal(x, digits: 8)),"
      + "\(system.rawValue) \(decimal(y, digits: 8)) \(align.rawValue) noenhanced front"
      + (format == .terminal
        ? " textcolor rgb '\(color)'"
        : " font 'DejaVu Sans\(weight),\(decimal(points, digits: 3))' textcolor rgb '\(color)'")
      + (boxed && format != .terminal ? " boxed" : "")
  }
}

/// The colours of everything that is not data.
enum Ink {
  static let text = "#2b2f33"
  static let soft = "#6b7278"
  static let axis = "#8a9096"
  static let grid = "#e6e8ea"
  static let contour = "#9fb0c0"
  static let marker = "#1b1e21"
}

// MARK: - commands

extension Picture {
  /// The commands that draw the picture, and between them the data.
  enum Piece {
    case text(String)
    case data(CurveData)
  }

  /// What to send to draw the picture with inline binary data.
  func pieces(format: FigureFormat, characters: TerminalSize) -> [Piece] {
    var pieces: [Piece] = [.text("reset\n")]
    let drawn = prepared(for: format, characters: characters)
    for (index, panel) in drawn.enumerated() {
      pieces.append(
        .text(
          opening(index, of: drawn.count, format) + panel.setup(format, characters)
            + panel.plot(format) { $0.binarySource }))
      for curve in panel.curves { pieces.append(.data(curve.data)) }
      pieces.append(.text("\n" + closing(index, of: drawn.count)))
    }
    return pieces
  }

  /// A script that redraws the picture on its own, its data as text.
  func script(format: FigureFormat, fileExtension: String) -> String {
    let drawn = prepared(for: format, characters: TerminalSize())
    var names: [String: String] = [:]
    var text = "# \(oneLine(title, limit: 200))\n#\n"
    for line in caption.text.split(separator: "\n") { text += "# \(line)\n" }
    text += "#\n# Redraws \(name).\(fileExtension): gnuplot \(name).gp\n\n"
    text += "set encoding utf8\n"
    text += format.terminal(width: width, height: height, characters: TerminalSize()) + "\n"
    text += "set output \(quoted(name + "." + fileExtension))\n\n"
    for curve in drawn.flatMap(\.curves) where names[curve.data.name] == nil {
      // Names of data blocks are words.
      let block = "$" + curve.data.name.replacing("-", with: "_")
      names[curve.data.name] = block
      text += block + " << EOD\n" + curve.data.text + "EOD\n"
    }
    text += "\n"
    for (index, panel) in drawn.enumerated() {
      text += opening(index, of: drawn.count, format) + panel.setup(format, TerminalSize())
      text +=
        panel.plot(format) { $0.textSource(names[$0.name]!) } + closing(index, of: drawn.count)
    }
    return text + "set output\n"
  }

  private func prepared(for format: FigureFormat, characters: TerminalSize) -> [Panel] {
    guard format == .terminal else {
      return panels.map { panel in
        var panel = panel
        panel.labels += panel.tagLabels(pictureHeight: Double(height), rowHeight: nil)
        return panel.withoutEmptyCurves
      }
    }
    return panels.compactMap { panel in
      guard let frame = panel.terminalFrame else { return nil }
      var panel = panel
      panel.frame = frame
      // Room for a title of two lines and the name of the axis.
      panel.frame.top = min(frame.top, 1 - 5 / Double(characters.rows))
      panel.labels.removeAll { $0.omittedInTerminal }
      panel.labels += panel.tagLabels(
        pictureHeight: Double(characters.rows), rowHeight: 1.02 / Double(characters.rows),
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
      panel.curves = panel.curves.compactMap {
        $0.inCharacters(panel, columns: characters.columns, rows: characters.rows)
      }
      return panel.withoutEmptyCurves
    }
  }

  private func opening(_ index: Int, of count: Int, _ format: FigureFormat) -> String {
    var text = ""
    if count > 1, index == 0 { text += "set multiplot\n" }
    text += "unset label\nunset arrow\nunset key\n"
    if index == 0 {
      // Two lines at the usual size, or three smaller ones.
      var size = 14.0
      func lines() -> [String] {
        wrapped(
          title, width: format == .terminal ? 74 : Int(Double(width) * 0.965 / (size * 0.84)))
      }
      if lines().count > 2 { size = 11.5 }
      for (i, line) in lines().prefix(3).enumerated() {
        let spacing = size * 1.62 / Double(height)
        text +=
          Label(
            text: line, x: 0.02, y: 0.965 - Double(i) * (format == .terminal ? 0.045 : spacing),
            system: .screen, size: size, bold: true
          ).command(format) + "\n"
      }
    }
    return text
  }

  private func closing(_ index: Int, of count: Int) -> String {
    count > 1 && index == count - 1 ? "unset multiplot\n" : ""
  }
}

extension Panel {
  fileprivate var withoutEmptyCurves: Panel {
    var panel = self
    panel.curves.removeAll { $0.data.isEmpty }
    // gnuplot refuses a plot of nothing; a point outside the axes draws nothing.
    if panel.curves.isEmpty {
      let outside = [x.range.upperBound + (x.range.upperBound - x.range.lowerBound), y.start]
      panel.curves = [
        Curve(
          .table("nothing", columns: z == nil ? 2 : 3, z == nil ? outside : outside + [0]),
          .points("#ffffff", .dot, size: 0.1))
      ]
    }
    return panel
  }

  fileprivate func setup(_ format: FigureFormat, _ characters: TerminalSize) -> String {
    // Two dimensions are placed by margins, three by origin and size.
    let place =
      z == nil
      ? [
        "set origin 0,0", "set size 1,1", "set lmargin at screen \(decimal(frame.left))",
        "set rmargin at screen \(decimal(frame.right))",
        "set bmargin at screen \(decimal(frame.bottom))",
        "set tmargin at screen \(decimal(frame.top))",
      ]
      : [
        "set origin \(decimal(frame.left)),\(decimal(frame.bottom))",
        "set size \(decimal(frame.right - frame.left)),\(decimal(frame.top - frame.bottom))",
        "set lmargin 0", "set rmargin 0", "set bmargin 0", "set tmargin 0",
      ]
    var lines =
      place + [
        "set tics out nomirror scale 0.6 textcolor rgb '\(Ink.soft)'",
        "set border \(z == nil ? 3 : 0) linecolor rgb '\(Ink.axis)' linewidth 1",
        "set clip two",
      ]
    if format != .terminal {
      lines.append("set style textbox opaque noborder fillcolor rgb '#30ffffff' margins 0.4,0.2")
      lines.append("set tics font 'DejaVu Sans,\(format == .svg ? 12 : 10)'")
    }
    lines += x.commands("x", format) + y.commands("y", format)
    if let z { lines += z.commands("z", format) }
    lines += commands
    for rule in rules {
      lines.append(
        "set arrow from first \(decimal(rule.from.x, digits: 8)),\(decimal(rule.from.y, digits: 8))"
          + " to first \(decimal(rule.to.x, digits: 8)),\(decimal(rule.to.y, digits: 8))"
          + (rule.arrow ? " head filled size screen 0.012,18" : " nohead")
          + " linecolor rgb '\(rule.color)' linewidth \(decimal(rule.width))"
          + " dashtype \(rule.dash.rawValue)")
    }
    if !title.isEmpty {
      var label = Label(text: title, x: 0, y: 1, system: .graph, size: 11.5, bold: true)
      label.x = frame.left
      label.y = frame.top + 0.022
      label.system = .screen
      lines.append(label.command(format))
    }
    lines += labels.map { $0.command(format) }
    return lines.joined(separator: "\n") + "\n"
  }

  fileprivate func plot(_ format: FigureFormat, _ source: (CurveData) -> String) -> String {
    (z == nil ? "plot " : "splot ")
      + curves.map {
        "\(source($0.data)) \($0.style.command(format, $0.data, solid: z != nil)) notitle"
      }.joined(separator: ", ") + "\n"
  }
}
