import Analysis
import LinearAlgebra
import OptimizerKit

/// The more dimensions, the rarer are minima among the stationary points, and the commoner saddles.
///
/// At a stationary point every eigenvalue of the Hessian has a sign of its own. All of n must be positive
/// for a minimum: where each is so with probability p by itself, that is pⁿ; where they repel one another,
/// as those of a random symmetric matrix do, it falls like e^(−n² ln 3/4). Three ways to see it:
///
/// - runs on `styblinski-tang`, whose coordinates have two minima and a maximum each: 1 − (2/3)ⁿ − (1/3)ⁿ
///   of its stationary points are saddles;
/// - runs on `rastrigin`, with as many minima as maxima along each coordinate: 1 − 2 (1/2)ⁿ;
/// - the signs of the eigenvalues of symmetric Gaussian matrices (GOE: deviation 1 off the diagonal, √2
///   on it): 1/√2 of order 2 are neither positive nor negative definite, and ½ + √2/π of order 3.
///
/// The runs are Newton's method from random starts, for its plain form is drawn to a stationary point
/// of any kind. It finds kinds according to the size of what it draws to them, not to their number, so
/// that its shares need not be those of the formulas. Descent is driven away from saddles: this says how
/// many there are, not how often it ends at one.
///
/// Dauphin et al. 2014, arXiv 1406.2572; Dean and Majumdar 2006, doi:10.1103/PhysRevLett.97.160201 (the
/// e^(−n² ln 3/4)).
public struct SaddlesInHighDimensions: Experiment {
  public static let name = "saddles-in-high-dimensions"
  public static let summary = "the share of saddles among stationary points against the dimension"
  public static let source =
    "CS231n, lecture on training neural networks; Dauphin et al. 2014, arXiv 1406.2572"
  public static let claim =
    "The more dimensions there are, the more of the points where the gradient vanishes are saddles."
  public static let rule =
    "It holds if the share of saddles is surely larger (95 % intervals that do not overlap) in each "
    + "larger dimension, among the stationary points that Newton's method finds on each of two "
    + "surfaces and among random symmetric matrices; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 2.5

  public init() {}

  private static let surfaces = ["styblinski-tang", "rastrigin"]

  private static func dimensions(_ size: ExperimentSize) -> [Int] {
    size.choose(full: [1, 2, 4, 8], quick: [1, 2, 8])
  }

  /// Beyond order 5 all but about one in 10⁵ matrices are saddles, which 20,000 do not tell from all.
  private static func orders(_ size: ExperimentSize) -> ClosedRange<Int> {
    1...size.choose(full: 5, quick: 3)
  }

  private static func name(_ surface: String, _ dimension: Int) -> String {
    "\(surface)-\(dimension)"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.surfaces.flatMap { surface in
      Self.dimensions(size).map { dimension in
        var group = Suite.Group(
          name: Self.name(surface, dimension), optimizers: ["newton"],
          problems: ["\(surface)[dim=\(dimension)]"])
        group.instances = (1...size.choose(full: 500, quick: 80)).map {
          Instance($0, isMoved: false)
        }
        group.budget = .steps(50)
        // The last point is all that is looked at.
        group.recording.every = 50
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "bowls, which have one stationary point in any dimension",
      groups(size).replacing(Self.surfaces[0], by: "sphere")
        .replacing(Self.surfaces[1], by: "zakharov"))
  }

  /// What stationary points were found in one dimension.
  private struct Census {
    let dimension: Int
    var saddles = 0
    var minima = 0
    var count = 0

    init(_ dimension: Int) { self.dimension = dimension }

    mutating func add(_ matrix: SymmetricMatrix) throws(Undecided) {
      guard let eigen = try? matrix.eigendecomposition() else {
        throw Undecided("a Hessian has no eigenvalues")
      }
      count += 1
      let positive = eigen.filter { $0.value > 0 }.count
      if positive == dimension {
        minima += 1
      } else if positive > 0 {
        saddles += 1
      }
    }

    /// In per cent.
    func share(_ part: Int) -> Estimate? {
      Estimate.share(part, of: count).map { share in
        Estimate(
          100 * share.value, share.interval.map { 100 * $0.lowerBound...100 * $0.upperBound })
      }
    }

    func point(_ part: Int) -> Chart.Point? {
      share(part).map { Chart.Point(Double(dimension), $0.value, in: $0.interval) }
    }
  }

  /// A point with a gradient so small is stationary for what is counted here: Newton's method doubles
  /// the right digits at each step, and has them all or is nowhere near.
  private static let stationary = 1e-6

  /// What the runs of a group came to.
  private func census(of group: String, _ dimension: Int, in runs: ExperimentRuns)
    throws(Undecided) -> Census
  {
    var census = Census(dimension)
    let all = try runs.ended(group, least: 50)
    for run in all where !run.hasFailed {
      let path = try runs.traced(run).trajectory
      guard let norm = path.gradientNorms.last, norm < Self.stationary else { continue }
      guard path.dimension == dimension,
        let surface = try runs.problem(of: run) as? any Surface
      else { throw Undecided("\(group) has no points of \(dimension) coordinates") }
      let hessian = surface.hessian(at: Array(path.point(path.count - 1)))
      try census.add(SymmetricMatrix(order: dimension, elements: hessian))
    }
    // Where more of the runs come to nothing, what the others find is a choice.
    guard Double(census.count) >= 0.95 * Double(all.count) else {
      throw Undecided("only \(census.count) of \(all.count) runs of \(group) came to rest")
    }
    return census
  }

  /// The signs of the eigenvalues of symmetric Gaussian matrices.
  private func census(ofMatrices count: Int, _ order: Int) throws(Undecided) -> Census {
    var census = Census(order)
    var random = RandomSource(seed: 1, purpose: .instance, step: order)
    for _ in 0..<count {
      var elements = [Double](repeating: 0, count: order * order)
      for i in 0..<order {
        elements[i * order + i] = 2.0.squareRoot() * random.normal()
        for j in 0..<i {
          let element = random.normal()
          elements[i * order + j] = element
          elements[j * order + i] = element
        }
      }
      try census.add(SymmetricMatrix(order: order, elements: elements))
    }
    return census
  }

  /// What theory says of the share of saddles, in per cent.
  private static func theory(_ name: String, _ dimension: Int) -> Double? {
    switch (name, dimension) {
    case (matrices, 1): 0
    case (matrices, 2): 100 * 0.5.squareRoot()
    case (matrices, 3): 100 * (0.5 + 2.0.squareRoot() / .pi)
    default: nil
    }
  }

  private static let matrices = "random matrices"

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var found: [(name: String, censuses: [Census])] = []
    for surface in Self.surfaces {
      var censuses: [Census] = []
      for dimension in Self.dimensions(runs.size) {
        censuses.append(try census(of: Self.name(surface, dimension), dimension, in: runs))
      }
      found.append((surface, censuses))
    }
    var censuses: [Census] = []
    for order in Self.orders(runs.size) {
      censuses.append(
        try census(ofMatrices: runs.size.choose(full: 20_000, quick: 1000), order))
    }
    found.append((Self.matrices, censuses))

    let rises = found.map { _, censuses in
      let intervals = censuses.compactMap { $0.share($0.saddles)?.interval }
      return zip(intervals, intervals.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
    }
    let numbers = found.flatMap { name, censuses in
      censuses.compactMap { census in
        census.share(census.saddles).map { share in
          let number = Verdict.Number(
            "saddles of \(name), n = \(census.dimension)", share, unit: "%")
          return Self.theory(name, census.dimension).map { number.stated($0) } ?? number
        }
      }
    }
    let texts = zip(found, rises).map { found, rises in
      let last = found.censuses.last
      let share = last.flatMap { $0.share($0.saddles)?.value } ?? .nan
      return "\(rounded(share, digits: 4)) % of \(found.name) in \(last?.dimension ?? 0)"
        + (rises ? "" : " (and do not rise in between)")
    }
    return Verdict(
      rises.allSatisfy { $0 } ? .holds : .doesNotHold,
      "in one dimension no stationary point is a saddle; of those of more dimensions, saddles are "
        + texts.joined(separator: ", "),
      numbers: numbers, charts: [chart(found)])
  }

  private func chart(_ found: [(name: String, censuses: [Census])]) -> Chart {
    func series(_ part: KeyPath<Census, Int>, positive: Bool) -> [Chart.Series] {
      found.map { name, censuses in
        Chart.Series(
          name,
          censuses.filter { !positive || $0[keyPath: part] > 0 }
            .compactMap { $0.point($0[keyPath: part]) }, optimizer: nil)
      }
    }
    let dimension = Chart.Axis("dimension n")
    return Chart(
      name: "shares", title: "The more dimensions, the commoner are saddles, the rarer minima",
      panels: [
        Chart.Panel(
          "saddles", x: dimension,
          y: Chart.Axis("share of stationary points, %", range: 0...104),
          series: series(\.saddles, positive: false)),
        Chart.Panel(
          "minima", x: dimension,
          y: Chart.Axis("share of stationary points, %", isLog: true),
          series: series(\.minima, positive: true)
            + [
              Chart.Series(
                "(1/2)ⁿ",
                (1...(Self.dimensions(.full).max() ?? 1)).map {
                  Chart.Point(Double($0), 100 / power(2.0, $0))
                }, style: .dashed)
            ]),
      ],
      notes: [
        "bands are 95 % intervals (Wilson); random matrices are those of the Gaussian orthogonal "
          + "ensemble"
      ])
  }
}
