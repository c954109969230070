// More runs than a picture holds: nothing is left out in silence, and titles speak of all.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct ManyRunsTests {
  // MARK: pages

  @Test(arguments: [(5, 1), (12, 1), (13, 2), (15, 2), (45, 4), (88, 8), (89, 8)])
  func everyParticipantIsOnAPage(_ count: Int, _ expected: Int) {
    let pages = Pages(Array(0..<count), of: 12, best: count - 1, worst: 0)
    #expect(pages.pages.count == expected)
    #expect(Set(pages.pages.flatMap { $0 }) == Set(0..<count))
    #expect(pages.undrawn == [])
    for page in pages.pages {
      #expect(page.count <= 12 && page == page.sorted())
      #expect(page.contains(count - 1))
    }
    // Evenly filled.
    let sizes = pages.pages.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
  }

  @Test(arguments: [90, 500, 10_000])
  func bestAndWorstAreDrawnWhateverTheNumber(_ count: Int) {
    for (best, worst) in [(1, 3), (count / 2, count / 2 + 1), (count - 2, 0)] {
      let pages = Pages(Array(0..<count), of: 12, best: best, worst: worst)
      #expect(pages.pages.count == 8)
      #expect(pages.pages.allSatisfy { $0.contains(best) && $0.count == 12 })
      #expect(pages.pages.contains { $0.contains(worst) })
      #expect(Set(pages.pages.flatMap { $0 } + pages.undrawn) == Set(0..<count))
    }
  }

  /// Which labels the lines or paths of a picture belong to, by its caption.
  private func participants(_ picture: Picture, of labels: [String]) -> [String] {
    labels.filter { label in picture.caption.lines.contains { $0.name == label } }
  }

  /// The text of all labels and names of lines of a picture.
  private func names(_ picture: Picture) -> [String] {
    picture.panels.flatMap { panel in
      // What found no place beside its path is listed in a corner, after a dash.
      panel.labels.map { $0.text.hasPrefix("— ") ? String($0.text.dropFirst(2)) : $0.text }
        + panel.tags.map(\.name)
    }
  }

  /// Rates from slow to fast, each fine.
  private func sweep(_ optimizer: String, _ count: Int) -> [TracedRun] {
    (1...count).map { i in
      let lr = 0.001 * Double(i)
      return Make.run(optimizer, lr: lr, label: "\(optimizer)[lr=\(i)]")
    }
  }

  @Test(arguments: ["convergence", "trajectory", "zigzag", "overshoot"])
  func allVariantsAreDrawn(_ name: String) throws {
    let runs = sweep("sgd", 31)
    let figure = try #require(figures.first { type(of: $0).name == name })
    let pictures = try figure.draw(Make.input(runs))
    let labels = runs.map(\.label)
    #expect(Set(pictures.flatMap { participants($0, of: labels) }) == Set(labels))
    #expect(Set(pictures.flatMap(names)).isSuperset(of: labels))
    #expect(Set(pictures.map(\.name)).count == pictures.count && pictures.count > 1)
    // One title for all, numbered; the axes are the same.
    let titles = Set(pictures.map { $0.title.prefix { $0 != "(" } })
    #expect(titles.count == 1)
    for (index, picture) in pictures.enumerated() {
      #expect(picture.title.hasSuffix("(page \(index + 1) of \(pictures.count))"))
      let axes = zip(picture.panels, pictures[0].panels)
      #expect(axes.allSatisfy { $0.x.range == $1.x.range && $0.y.range == $1.y.range })
    }
    // The best is on each.
    if name == "convergence" || name == "trajectory" {
      #expect(pictures.allSatisfy { $0.title.contains("sgd[lr=31]") })
      #expect(pictures.allSatisfy { names($0).contains("sgd[lr=31]") })
    }
  }

  @Test func trainingOfManyVariants() throws {
    let runs = (1...45).map { i in
      var run = Make.training("adam", seed: 1)
      run.record.label = "adam[lr=\(i)]"
      run.record.spec.optimizer.plugin.settings = [.init(name: "lr", value: "\(i)")]
      for pass in run.trajectory.validation.indices {
        run.trajectory.validation[pass].metrics.accuracy = 0.5 + 0.01 * Double(i)
      }
      return run
    }
    let pictures = try LossCurves().draw(Make.input(runs))
    #expect(pictures.count == 4)
    #expect(Set(pictures.flatMap(names)).isSuperset(of: runs.map(\.label)))
    for picture in pictures {
      #expect(
        picture.title.hasPrefix(
          "On net, adam[lr=45] reaches a validation accuracy of 95 % (best of 45 settings, "
            + "chosen by these very runs), adam[lr=1] 51 %"))
      #expect(names(picture).contains("adam[lr=45]"))
      // What ends within the picture's range, and nothing ends outside.
      let accuracy = try #require(picture.panels.last).y.range
      #expect(accuracy.contains(51) && accuracy.contains(95))
    }
  }

  /// What is not on any page is named, and the title still speaks of it all.
  @Test func whatIsOnNoPageIsNamed() throws {
    let runs = sweep("sgd", 120)
    let pictures = try Convergence().draw(Make.input(runs))
    #expect(pictures.count == 8)
    let drawn = Set(pictures.flatMap { participants($0, of: runs.map(\.label)) })
    #expect(drawn.count == 89 && drawn.contains("sgd[lr=120]") && drawn.contains("sgd[lr=1]"))
    let note = try #require(pictures[0].caption.lines.first { $0.name == "on no page" })
    #expect(note.value.contains("and 11 more; the title speaks of all 120"))
    let first = try #require(runs.map(\.label).first { !drawn.contains($0) })
    #expect(note.value.hasPrefix(first + ", "))
  }

  /// Problems of one name are told apart, in titles and in names of files.
  @Test func namesakesAreToldApart() throws {
    let runs = [20, 50].map {
      Make.run("sgd", lr: 0.01, settings: [.init(name: "condition", value: "\($0)")])
    }
    let pictures = try Convergence().draw(Make.input(runs))
    #expect(pictures.map(\.name) == [20, 50].map { "convergence-bowl-condition-\($0)" })
    for (picture, condition) in zip(pictures, [20, 50]) {
      #expect(picture.title.hasPrefix("On bowl[condition=\(condition)], "))
    }
  }

  @Test func conditionNumbersStandInParts() throws {
    let runs = (1...6).map { i in
      let condition = [PluginSpec.Setting(name: "condition", value: "\(10 * i)")]
      return Make.run("sgd", lr: 1.9 / Double(10 * i), settings: condition)
    }
    var figure = ZigZag()
    figure.columns = 4
    let pictures = try figure.draw(Make.input(runs))
    #expect(pictures.map(\.name) == ["zigzag-part-1", "zigzag-part-2"])
    #expect(pictures.allSatisfy { $0.title.hasPrefix("At κ = 60, sgd zig-zags on 100 %") })
    let headings = pictures.flatMap(names).filter { $0.hasPrefix("κ = ") }
    #expect(headings == (1...6).map { "κ = \(10 * $0)" })
  }

  // MARK: who is best

  /// One rate makes no sweep, but may be the best: it takes part.
  @Test func sensitivityKnowsTheBestOfAll() throws {
    // The bowl's curvatures are 1 and 25: sgd at these rates ends farther off than muon at 0.07.
    let sgd = [0.001, 0.005, 0.01].map { Make.run("sgd", lr: $0, label: "sgd[lr=\($0)]") }
    let muon = Make.run("muon", lr: 0.07)
    let picture = try #require(
      LearningRateSensitivity().draw(Make.input(sgd + [muon])).first)
    #expect(picture.title.hasPrefix("On bowl, muon does best, at a learning rate of 0.07"))
    #expect(names(picture).contains("muon"))
    let alone = try #require(LearningRateSensitivity().draw(Make.input(sgd)).first)
    #expect(alone.title == "On bowl, sgd does best, at a learning rate of 0.01")
    // The worst is never called the best, in whatever order they come.
    for runs in [sgd.reversed() + [muon], [muon] + sgd] {
      let title = try #require(LearningRateSensitivity().draw(Make.input(runs)).first).title
      #expect(title.hasPrefix("On bowl, muon does best"))
    }
  }

  /// A range counts only where it is good by the measure of the best of all.
  @Test func beingUniformlyPoorIsNoMerit() throws {
    let poor = [1e-5, 1e-4, 1e-3].map { Make.run("poor", lr: $0, label: "poor[lr=\($0)]") }
    let good = [0.01, 0.06, 0.07].map { Make.run("good", lr: $0, label: "good[lr=\($0)]") }
    let title = try #require(
      LearningRateSensitivity().draw(Make.input(poor + good)).first
    ).title
    #expect(!title.contains("poor"))
    #expect(title.contains(", and comes within ten times of the best over the widest range"))
    #expect(title.hasPrefix("On bowl, good does best"))
  }

  @Test func arrivalsAreRankedByTheMedianOfSeeds() throws {
    // One lucky seed of three does not make the first.
    let lucky = zip([2.0 / 26, 0.01, 0.01], 1...).map { lr, seed in
      Make.run("lucky", lr: lr, steps: 3000, seed: UInt64(seed))
    }
    let steady = (1...3).map { Make.run("steady", lr: 0.07, steps: 3000, seed: UInt64($0)) }
    let input = Make.input(lucky + steady)
    let title = try #require(Convergence().draw(input).first).title
    #expect(title.hasPrefix("On bowl, steady reaches the minimum first, after "), "\(title)")
    #expect(title.hasSuffix(" (median of 3 seeds)"))
  }

  /// What a method asks for beside gradients is part of what it costs.
  @Test func hessiansAreCounted() throws {
    var newton = Make.run("newton", lr: 0.04, steps: 2000)
    newton.trajectory.hessians = newton.trajectory.steps
    newton.record.outcome.counts.hessians = 2000
    let sgd = Make.run("sgd", lr: 0.03, steps: 2000)
    let picture = try #require(Convergence().draw(Make.input([newton, sgd])).first)
    let counts = try #require(newton.costToReach(0))
    let plain = try #require(sgd.costToReach(0))
    #expect(counts.hessians == counts.gradients && counts.gradients < plain.gradients)
    #expect(
      picture.title
        == "On bowl, newton reaches the minimum first, after \(counts.gradients) gradients and "
        + "\(counts.gradients) Hessians; with gradients alone sgd, after \(plain.gradients)")
    #expect(picture.panels[0].tags.first { $0.name == "newton" }?.remark == "+ 2000 Hessians")
  }

  /// The first is the first: neither the last, nor the one that ends lowest.
  @Test func theFirstToArriveIsNamed() throws {
    let runs = [("slow", 0.02), ("fast", 0.07), ("middle", 0.04)].map {
      Make.run($0.0, lr: $0.1, steps: 3000)
    }
    let title = try #require(Convergence().draw(Make.input(runs)).first).title
    let cost = try #require(runs[1].costToReach(0)).gradients
    #expect(title == "On bowl, fast reaches the minimum first, after \(cost) gradients")
    // Those who arrive at once are named together.
    let twins = ["one", "two"].map { Make.run($0, lr: 0.07, steps: 3000) }
    let level = try #require(Convergence().draw(Make.input(twins)).first).title
    #expect(level.hasPrefix("On bowl, one and two reach the minimum first"))
  }

  // MARK: whose line it is

  /// The points of a curve.
  private func points(_ curve: Curve) -> [(x: Double, y: Double)] {
    guard case .table(2, let values) = curve.data.content else { return [] }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  /// The line of this colour, where there is one.
  private func line(_ color: String, in panel: Panel, width: Double = 2.2) throws
    -> [(x: Double, y: Double)]
  {
    let found = panel.curves.filter {
      if case .line(color, width, _) = $0.style { return true }
      return false
    }
    try #require(found.count == 1)
    return points(found[0])
  }

  /// A name, its colour and its line belong to one run, from its first row to its last.
  @Test func linesAreTheirRuns() throws {
    let names = ["sgd", "adam", "momentum", "rmsprop", "adagrad"]
    let runs = names.enumerated().map { Make.run($1, lr: 0.01 * Double($0 + 1), steps: 50) }
    let input = Make.input(runs)
    let panel = try #require(Convergence().draw(input).first).panels[0]
    for run in runs {
      let color = input.colors[run].color
      #expect(panel.tags.first { $0.name == run.label }?.color == color)
      let line = try line(color, in: panel)
      let t = run.trajectory
      let own = Set((0..<t.count).map { [Double(t.counts($0).gradients), t.losses[$0]] })
      #expect(line.allSatisfy { own.contains([$0.x, $0.y]) })
      #expect(try #require(line.first) == (0, t.losses[0]))
      #expect(try #require(line.last) == (50, t.losses[50]))
      // All of it lies within the axes.
      #expect(line.allSatisfy { panel.x.range.contains($0.x) && panel.y.range.contains($0.y) })
    }
    var paths = Trajectories()
    paths.layout = .overlaid
    let map = try #require(paths.draw(input).first).panels[0]
    for run in runs {
      let path = try line(input.colors[run].color, in: map)
      let own = Set((0..<51).map { Array(run.trajectory.point($0)) })
      #expect(path.allSatisfy { own.contains([$0.x, $0.y]) })
      #expect(path.allSatisfy { map.x.range.contains($0.x) && map.y.range.contains($0.y) })
    }
    let sides = try #require(Overshoot().draw(input).first).panels
    for run in runs {
      let flat = try line(input.colors[run].color, in: sides[0])
      let share = 100 * run.trajectory.point(50)[run.trajectory.point(50).startIndex] / 10
      if try #require(flat.last).x == 50 { #expect(abs(flat.last!.y - share) < 1e-9) }
      #expect(try #require(flat.first).y == 100)
    }
  }

  @Test func trainingCurvesAreTheirRuns() throws {
    let runs = [1, 2, 3].map { Make.training("optimizer-\($0)", seed: UInt64($0)) }
    let input = Make.input(runs)
    var figure = LossCurves()
    figure.smoothing = 0
    let panels = try #require(figure.draw(input).first).panels
    for run in runs {
      let color = input.colors[run].color
      let t = run.trajectory
      #expect(try #require(line(color, in: panels[0]).last) == (200, t.losses[200]))
      let loss = try line(color, in: panels[1])
      #expect(loss.last! == (200, t.validation.last!.metrics.loss))
      #expect(loss.allSatisfy { panels[1].y.range.contains($0.y) })
      let accuracy = try line(color, in: panels[2])
      #expect(abs(accuracy.last!.y - 100 * t.validation.last!.metrics.accuracy) < 1e-9)
    }
  }

  /// A rate stands where its outcome is.
  @Test func sweepsAreTheirRuns() throws {
    let rates = [0.001, 0.003, 0.01, 0.03]
    let runs = rates.map { Make.run("sgd", lr: $0, label: "sgd[lr=\($0)]") }
    let picture = try #require(LearningRateSensitivity().draw(Make.input(runs)).first)
    let dots = try #require(
      picture.panels[0].curves.first {
        if case .points(_, .dot, _, _) = $0.style { return true }
        return false
      })
    #expect(points(dots).map(\.x) == rates)
    #expect(points(dots).map(\.y) == runs.map(\.finalLoss))
    let axes = picture.panels[0]
    #expect(
      points(dots).allSatisfy { axes.x.range.contains($0.x) && axes.y.range.contains($0.y) })
  }

  /// A passage beyond the minimum is marked where it is, on the line, and told in the name and the title.
  @Test func overshootsAreMarkedWhereTheyAre() throws {
    // x ← (1 − lr λ) x from (10, 1) with λ = 1 and 1.5: at 1.2 beyond by 20 % and by 80 %, at ½ not at all.
    let settings = [PluginSpec.Setting(name: "condition", value: "1.5")]
    let runs = [("far", 1.2), ("near", 0.5)].map { Make.run($0.0, lr: $0.1, settings: settings) }
    let input = Make.input(runs)
    let picture = try #require(Overshoot().draw(input).first)
    #expect(
      picture.title == "On bowl, far overshoots by 20 % along the flat direction, near not at all")
    for (panel, percent) in zip(picture.panels, [20.0, 80]) {
      let rings = panel.curves.filter {
        if case .points(_, .ring, _, _) = $0.style { return true }
        return false
      }.flatMap(points)
      #expect(rings.map(\.x) == [1] && abs(rings[0].y + percent) < 1e-9)
      let line = try line(input.colors[runs[0]].color, in: panel)
      #expect(abs(line[1].y + percent) < 1e-9)
      #expect(
        panel.tags.map(\.remark)
          == ["over by \(Text.percentage(percent)) at step 1", "no overshoot"])
    }
  }

  /// At the minimum is who stays there: passing through it is no arrival.
  @Test func passingThroughIsNoArrival() throws {
    var run = Make.run("sgd", lr: 0.07, steps: 60)
    for row in 1...60 { run.trajectory.losses[row] = row == 20 || row > 40 ? 0 : 1 }
    #expect(run.costToReach(0)?.gradients == 41 && run.stepsToReach(0) == 41)
    let title = try #require(Convergence().draw(Make.input([run])).first).title
    #expect(title == "On bowl, sgd reaches the minimum first, after 41 gradients")
    // Steps are counted in one column, gradients in another.
    run.trajectory.gradients = run.trajectory.steps.map { 2 * $0 }
    #expect(run.costToReach(0)?.gradients == 82 && run.stepsToReach(0) == 41)
    run.trajectory.losses[60] = 1
    #expect(!run.reaches(0) && run.costToReach(0) == nil)
  }

  /// A range of rates is measured in decades, from its first to its last good rate.
  @Test func rangesAreDecades() throws {
    // At 0.007 and at 0.07 all is lost in rounding after 6000 steps, at 0.0007 not.
    let wide = [0.0007, 0.007, 0.07].map {
      Make.run("wide", lr: $0, steps: 6000, label: "wide[lr=\($0)]")
    }
    let narrow = [0.0002, 0.0004].map {
      Make.run("narrow", lr: $0, steps: 10, label: "narrow[lr=\($0)]")
    }
    let title = try #require(
      LearningRateSensitivity().draw(Make.input(wide + narrow)).first
    ).title
    #expect(
      title.hasSuffix(
        ", and comes within ten times of the best over the widest range, 1 decade"), "\(title)")
  }

  /// What crashed or diverged has no outcome, whatever its last loss was.
  @Test(arguments: [RunStatus.crashed, .diverged])
  func whatFailedIsNotTheBest(_ status: RunStatus) throws {
    var runs = [0.01, 0.05, 0.07].map { Make.run("sgd", lr: $0, label: "sgd[lr=\($0)]") }
    runs[2].record.outcome.status = status
    let picture = try #require(LearningRateSensitivity().draw(Make.input(runs)).first)
    #expect(picture.title == "On bowl, sgd does best, at a learning rate of 0.05")
    #expect(picture.panels[0].labels.contains { $0.text == "diverged" })
    #expect(picture.panels[0].tags.map(\.remark) == ["best at 0.05, tolerates no other"])
  }

  // MARK: captions

  /// Settings, seeds, budgets and what failed, each with its own number.
  @Test func captionsCount() throws {
    var runs = [1, 2, 3, 5, 9].map { Make.run("sgd", seed: $0) }
    for (index, gradients) in [110, 120, 130, 140, 150].enumerated() {
      runs[index].record.outcome.counts.gradients = gradients
    }
    runs[3].record.outcome.status = .diverged
    runs[3].record.outcome.steps = 17
    runs[4].record.outcome.status = .diverged
    runs[4].record.outcome.steps = 17
    let lines = Caption(runs, of: Make.input(runs)).lines
    func value(_ name: String) -> [String] { lines.filter { $0.name == name }.map(\.value) }
    #expect(value("seeds") == ["1–3, 5, 9"])
    #expect(value("budget") == ["60 steps; used 110 to 150 gradient evaluations"])
    #expect(value("diverged") == ["2 of 5 runs: sgd (step 17)"])
    #expect(value("start") == ["(10, 1)"])
    #expect(value("sgd") == ["sgd (lr=0.05)"])
    runs[0].record.spec.budget = .gradients(200)
    runs[1].record.spec.budget = .seconds(1.5)
    #expect(
      Caption.budget(runs.map(\.record), unit: "gradients")
        == "60 steps, 200 gradients, 1.5 s; used 110 to 150 gradients")
  }

  // MARK: seeds

  @Test func seedsThatAreAlikeAreSaidToBe() throws {
    let runs = (1...3).map { Make.run("sgd", seed: UInt64($0)) }
    let picture = try #require(Convergence().draw(Make.input(runs)).first)
    #expect(picture.title.hasSuffix(" (3 seeds, all alike)"))
    #expect(picture.caption.text.contains("the seeds of each optimizer gave the same numbers"))
    let differing = zip([0.01, 0.02, 0.03], 1...).map {
      Make.run("sgd", lr: $0, seed: UInt64($1))
    }
    let other = try #require(Convergence().draw(Make.input(differing)).first)
    #expect(other.title.hasSuffix(" (median of 3 seeds)"))
    // Where one seed stands for all, the title says which.
    let path = try #require(Trajectories().draw(Make.input(differing)).first)
    #expect(path.title.hasSuffix(" (seed 1 of 3)"))
    let alike = try #require(Trajectories().draw(Make.input(runs)).first)
    #expect(!alike.title.contains("seed"))
  }

  private func curve(_ heights: [Double], every stride: Double = 1) -> [(x: Double, y: Double)] {
    heights.enumerated().map { (Double($0) * stride, $1) }
  }

  /// A seed that ended early counts as lost from there on; one that reached its target stays there.
  @Test func seedsThatEndEarly() {
    let whole = [4.0, 3, 2, 1]
    let curves = ["1": whole, "2": whole, "3": [4.0, 9]]
    func runs(_ status: RunStatus) -> [TracedRun] {
      (1...3).map { seed in
        var run = Make.run("sgd", seed: UInt64(seed))
        if seed == 3 { run.record.outcome.status = status }
        return run
      }
    }
    func band(_ status: RunStatus) -> [Double] {
      ChartLine.overSeeds(runs(status)) { curve(curves["\($0.spec.seed)"]!) }.band.map(\.high)
    }
    #expect(band(.diverged) == [4, 6, 1e300, 1e300])
    #expect(band(.completed) == [4, 6, 1e300, 1e300])
    #expect(band(.reachedTarget) == [4, 6, 5.5, 5])
    let median = ChartLine.overSeeds(runs(.diverged)) { curve(curves["\($0.spec.seed)"]!) }.median
    #expect(median.map(\.y) == [4, 3, 2, 1])
    // The band is that of the quartiles: a quarter below, a quarter above.
    let spread = ChartLine.overSeeds(
      (1...5).map { Make.run("sgd", seed: UInt64($0)) }
    ) { [(0, Double($0.spec.seed))] }
    #expect(spread.band.map(\.low) == [2] && spread.band.map(\.high) == [4])
    #expect(spread.median.map(\.y) == [3])
  }

  /// Seeds whose rows lie at other abscissae (a line search asks as often as it likes) count too.
  @Test func seedsAtOtherAbscissae() {
    let runs = (1...3).map { Make.run("sgd", seed: UInt64($0)) }
    let points = ChartLine.overSeeds(runs) { run in
      switch run.spec.seed {
      case 1: [(0, 8), (2, 4), (4, 2)]
      case 2: [(0, 9), (3, 5)]
      default: [(0, 7), (1, 6), (3, 3)]
      }
    }
    // At 0, 2, 4: the medians of 8 9 7, of 4 9 6, of 2 5 3.
    #expect(points.median.map(\.x) == [0, 2, 4])
    #expect(points.median.map(\.y) == [8, 6, 3])
  }

  // MARK: colours

  @Test func moreOptimizersThanColours() {
    let names = (0..<40).map { "x\($0)" }
    let runs = names.map { Make.run($0) }
    let colors = OptimizerColors(runs)
    #expect(Set(runs.map { colors[$0] }).count == 40)
    // Each colour as often as the others.
    let uses = Dictionary(grouping: names) { colors.color(of: $0) }.values.map(\.count)
    #expect(uses.min() == 3 && uses.max() == 4)
  }

  /// A sweep goes from light to dark in the order of its values, whatever the order of its labels.
  @Test func shadesFollowTheValues() throws {
    let rates = [1e-5, 0.003, 0.02, 2, 10, 300]
    let runs = rates.shuffled().map { Make.run("adam", lr: $0, label: "adam[lr=\($0)]") }
    let colors = OptimizerColors(runs)
    let lightness = rates.map { rate in
      OptimizerColors.lightness(colors[runs.first { $0.label == "adam[lr=\(rate)]" }!].color)
    }
    for (lighter, darker) in zip(lightness, lightness.dropFirst()) {
      #expect(lighter - darker > 8)
    }
    // Of many, whose shades lie close, neighbours differ in dash as well.
    let many = OptimizerColors.looks(.init("#0072b2"), count: 30)
    #expect(Set(many).count == 30)
    for (one, next) in zip(many, many.dropFirst()) { #expect(one.dash != next.dash) }
    // Names are legible, however light their lines.
    for color in OptimizerColors.palette + many.map(\.color) {
      #expect(OptimizerColors.lightness(OptimizerColors.legible(color)) < 60)
    }
  }

  @Test func dashesAndMarksAreDrawn() throws {
    let runs = (0..<40).map { Make.run("x\($0)", lr: 0.01 + 0.001 * Double($0)) }
    let curves = try Convergence().draw(Make.input(runs)).flatMap(\.panels).flatMap(\.curves)
    var dashes: Set<Int> = []
    var symbols: Set<Int> = []
    for curve in curves {
      if case .line(_, _, let dash) = curve.style { dashes.insert(dash.rawValue) }
      if case .points(_, let symbol, _, _) = curve.style { symbols.insert(symbol.rawValue) }
    }
    #expect(dashes == [1, 2, 4])
    #expect(symbols.contains(Symbol.square.rawValue))
  }

  // MARK: labels

  /// Markdown does not take what a user wrote for marks of its own.
  @Test func captionsAreEscaped() throws {
    let label = "adam[lr=0.1]*a*_b_<i>|`#"
    let runs = [Make.run("adam", lr: 0.05, label: label), Make.run("sgd")]
    let picture = try #require(Convergence().draw(Make.input(runs)).first)
    let text = picture.caption.markdown(title: picture.title)
    #expect(text.contains("**adam\\[lr=0.1\\]\\*a\\*\\_b\\_\\<i\\>\\|\\`\\#**"))
    #expect(!text.contains("adam[lr"))
  }

  /// Names that had to be moved are tied to the ends of their lines.
  @Test func movedNamesHaveLeaders() {
    var panel = Panel(x: Axis("", 0...1), y: Axis("", 0...1))
    let lines = ["one", "two", "three"].map { name in
      ChartLine(name: name, look: .init("#0072b2"), points: [(0, 0), (1, 0.5)])
    }
    panel.add(lines, prefix: "", of: (800, 600))
    panel.placeTags(of: (800, 600), rowHeight: nil)
    let leaders = panel.rules.filter { $0.system == .graph }
    #expect(leaders.count == 2)
    #expect(leaders.allSatisfy { $0.from.y == 0.5 && $0.to.y != 0.5 })
    #expect(panel.setup(.png).contains("set arrow from graph 1.00"))
  }

  /// A title has the room that it needs, in narrow pictures too.
  @Test func titlesDoNotLieOnHeadings() throws {
    let runs = [Make.run("sgd", lr: 1.9 / 25), Make.run("adam", lr: 0.5 / 25)]
    let picture = try #require(ZigZag().draw(Make.input(runs)).first)
    let title = Picture.titleHeight(picture.title, width: picture.width)
    let heading = try #require(
      picture.panels.flatMap(\.labels).first { $0.text.hasPrefix("κ = ") })
    #expect((1 - heading.y) * Double(picture.height) > title + 12)
  }
}
