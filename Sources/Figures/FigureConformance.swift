// What a figure must uphold.

import Analysis
import OptimizerKit

/// Checks of a figure: it is drawn of example runs, of the same with one that diverged and with one
/// that left no rows, and of none at all; its pictures have axes, data and a caption, and gnuplot
/// takes them.
public enum FigureConformance {
  /// What is wrong with a figure; empty where nothing is.
  ///
  /// - Parameters:
  ///   - folder: where gnuplot draws the pictures, which are left there.
  ///   - renderer: what starts gnuplot.
  public static func findings(
    for figure: some Figure, drawingInto folder: String,
    renderer: FigureRenderer = FigureRenderer()
  ) -> [ConformanceFinding] {
    var findings = PluginConformance.findings(for: figure)
    if type(of: figure).needs.isEmpty {
      findings.append(
        ConformanceFinding(
          "needs", "it does not say which runs it needs", expected: "one line",
          actual: "nothing"))
    }
    var isDrawn = false
    for (name, input) in inputs(for: figure) {
      do throws(FigureError) {
        let pictures = try figure.draw(input)
        // What is wrong with all pictures is said once.
        findings += self.findings(in: pictures).filter { finding in
          !findings.contains { $0.message.hasPrefix(finding.message) }
        }.map {
          ConformanceFinding(
            $0.check, $0.message + ", drawn of \(name)", expected: $0.expected, actual: $0.actual)
        }
        if !isDrawn { findings += render(pictures, folder, renderer) }
        isDrawn = true
      } catch .missingRuns where !isDrawn {
        // Without examples of what it needs, there is nothing to be said of its pictures.
        return findings + [
          ConformanceFinding(
            "draw",
            "not tried: the example runs do not contain what it needs, "
              + type(of: figure).needs, severity: .note)
        ]
      } catch {
        findings.append(ConformanceFinding("draw", "cannot draw \(name): \(error)"))
      }
    }
    do throws(FigureError) {
      _ = try figure.draw(ExampleRuns.input([]))
      findings.append(
        ConformanceFinding(
          "draw", "draws of no runs at all", expected: "throw missing(input)",
          actual: "a picture"))
    } catch {}
    return findings
  }

  /// What it is drawn of.
  private static func inputs(for figure: some Figure) -> [(name: String, input: FigureInput)] {
    let diverged = ExampleRuns.run("sgd", lr: 10, label: "sgd[lr=10]")
    let empty = ExampleRuns.empty()
    if type(of: figure).isOfWholeSuite {
      let suite = ExampleRuns.suite
      return [
        ("the example suite", ExampleRuns.input(suite: suite)),
        (
          "a suite of which one run diverged",
          ExampleRuns.input(suite: suite.enumerated().map { $0 == 0 ? failed($1) : $1 })
        ),
        (
          "a suite with one that failed everywhere",
          ExampleRuns.input(suite: suite.map { $0.label == "sgd" ? failed($0) : $0 })
        ),
      ]
    }
    let examples = ExampleRuns.everything
    return [
      ("the example runs", ExampleRuns.input(examples)),
      ("runs of which one diverged", ExampleRuns.input(examples + [diverged])),
      ("runs of which one is empty", ExampleRuns.input([empty] + examples)),
    ]
  }

  private static func failed(_ record: RunRecord) -> RunRecord {
    var record = record
    record.outcome.status = .diverged
    record.outcome.finalLoss = .nan
    return record
  }

  /// What is wrong with pictures, whatever they show.
  static func findings(in pictures: [Picture]) -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    func report(_ check: String, _ message: String, _ expected: String = "", _ actual: String = "")
    {
      findings.append(ConformanceFinding(check, message, expected: expected, actual: actual))
    }
    if pictures.isEmpty {
      report("draw", "no picture", "at least one, or throw missing(input)", "none")
    }
    var names: Set<String> = []
    for picture in pictures {
      if picture.name.isEmpty { report("name", "a picture without a name") }
      if !names.insert(picture.name).inserted {
        report("name", "two pictures are called '\(picture.name)'")
      }
      if picture.title.isEmpty { report("title", "'\(picture.name)' has no title") }
      if picture.caption.lines.isEmpty { report("caption", "'\(picture.name)' has no caption") }
      if picture.width < 1 || picture.height < 1 {
        report("size", "'\(picture.name)' has no size")
      }
      let curves = picture.panels.flatMap(\.curves)
      if curves.allSatisfy(\.data.isEmpty) {
        report("curves", "'\(picture.name)' is empty", "curves with data", "none")
      }
      var data: [String: CurveData] = [:]
      for curve in curves where !curve.data.isEmpty {
        if let other = data[curve.data.name], other.text != curve.data.text {
          report("curves", "two curves of '\(picture.name)' are called '\(curve.data.name)'")
        }
        data[curve.data.name] = curve.data
      }
      for panel in picture.panels {
        for (name, axis) in [("x", panel.x), ("y", panel.y)] + (panel.z.map { [("z", $0)] } ?? []) {
          let ends = [axis.range.lowerBound, axis.range.upperBound]
          if !ends.allSatisfy(\.isFinite) || ends[0] >= ends[1] || axis.isLog && ends[0] <= 0 {
            report(
              "axes", "the \(name) axis '\(axis.label)' of '\(picture.name)' has no range",
              axis.isLog ? "finite and positive" : "finite", "\(ends[0])...\(ends[1])")
          }
        }
      }
    }
    return findings
  }

  /// What gnuplot says to pictures.
  private static func render(
    _ pictures: [Picture], _ folder: String, _ renderer: FigureRenderer
  ) -> [ConformanceFinding] {
    do throws(FigureError) {
      // Of what moves, the beginning says enough.
      let still = pictures.map { picture in
        var picture = picture
        picture.frames = Array(picture.frames.prefix(2))
        return picture
      }
      _ = try renderer.draw(still, into: folder, options: .init(formats: [.png, .terminal]))
      return []
    } catch .gnuplotMissing(let program, let reason) {
      return [
        ConformanceFinding(
          "gnuplot", "not tried: '\(program)' cannot be started (\(reason))", severity: .note)
      ]
    } catch {
      return [ConformanceFinding("gnuplot", "\(error)")]
    }
  }
}
