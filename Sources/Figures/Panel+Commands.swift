// From a panel to gnuplot's commands.

extension Panel {
  /// The panel without curves that have no data, and never without any curve.
  var withoutEmptyCurves: Panel {
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

  /// The commands that set the axes, the rules and the labels.
  func setup(_ format: FigureFormat) -> String {
    // Two dimensions are placed by margins, three by origin and size.
    let place =
      z == nil
      ? [
        "set origin 0,0", "set size 1,1", "set lmargin at screen \(Text.decimal(frame.left))",
        "set rmargin at screen \(Text.decimal(frame.right))",
        "set bmargin at screen \(Text.decimal(frame.bottom))",
        "set tmargin at screen \(Text.decimal(frame.top))",
      ]
      : [
        "set origin \(Text.decimal(frame.left)),\(Text.decimal(frame.bottom))",
        "set size \(Text.decimal(frame.right - frame.left)),\(Text.decimal(frame.top - frame.bottom))",
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
        "set arrow from \(spot(rule.from, rule.system)) to \(spot(rule.to, rule.system))"
          + " nohead"
          + " linecolor rgb '\(rule.color)' linewidth \(Text.decimal(rule.width))"
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

  /// A point as gnuplot takes it.
  private func spot(_ point: (x: Double, y: Double), _ system: Label.System) -> String {
    "\(system.rawValue) \(Text.decimal(point.x, digits: 8)),"
      + "\(system.rawValue) \(Text.decimal(point.y, digits: 8))"
  }

  /// The plot command.
  func plot(_ source: (CurveData) -> String) -> String {
    (z == nil ? "plot " : "splot ")
      + curves.map {
        "\(source($0.data)) \($0.style.command) notitle"
      }.joined(separator: ", ") + "\n"
  }
}
