// How maps are asked for, and how what cannot be meant is answered.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct MapRequestTests {
  /// What is said of a map that cannot be.
  private func refusal(
    _ optimizer: String, on problem: String = "quadratic", start: String? = nil,
    target: Double? = nil
  ) -> String? {
    var request = MapRequest(optimizer: optimizer, problem: problem)
    request.start = start
    request.target = target
    return message { try catalogue.map(request) }
  }

  @Test func axes() throws {
    var request = MapRequest(
      optimizer: "clip[norm=0.1..10:3](sgd[lr=1e-3..1:4])", problem: "rosenbrock")
    let map = try catalogue.map(request).spec
    #expect(map.x.place == .optimizer(level: 0) && map.x.name == "norm")
    #expect(map.y?.place == .optimizer(level: 1) && map.y?.isLogarithmic == true)
    #expect(map.y?.values == ["0.001", "0.01", "0.1", "1"])
    #expect(map.count == 12)
    // What the problem changes comes first.
    request = MapRequest(optimizer: "sgd[lr=1e-3..1:4]", problem: "quadratic[condition=1..100:3]")
    let other = try catalogue.map(request).spec
    #expect(other.x.place == .problem && other.x.values == ["1", "10", "100"])
    // Each problem starts from its own start.
    #expect(other.starts == [[1, 1], [10, 1], [100, 1]])
    #expect(other.cell(5).start == [100, 1])
    request.start = "x0=3"
    #expect(try catalogue.map(request).spec.cell(5).start == [3, 1])
  }

  @Test func rows() throws {
    let map = try catalogue.map(
      MapRequest(optimizer: "sgd[lr=1e-3..1:4]", problem: "quadratic")
    ).spec
    #expect(map.y == nil && map.height == 1 && map.count == 4)
  }

  @Test func mistakes() {
    #expect(
      refusal("adam")
        == "a map has one or two axes, ranges such as lr=1e-4..0.1:100; 'adam' on 'quadratic' has none"
    )
    #expect(
      refusal("adam[lr=1e-3..1:3;beta1=0..0.9:3]", start: "x0=-1..1:3")
        == "a map has one or two axes, ranges such as lr=1e-4..0.1:100; "
        + "'adam[lr=1e-3..1:3;beta1=0..0.9:3]' on 'quadratic' from 'x0=-1..1:3' has 3: lr, beta1, x0"
    )
    #expect(
      refusal("adam[lr=1e-3,1;beta1=0..0.9:30]")
        == "a map is of one optimizer; 'adam[lr=1e-3,1;beta1=0..0.9:30]' selects 2")
    #expect(
      refusal("sgd[lr=1e-3..1:3]", on: "quadratic[condition=1,2]")
        == "a map is on one problem; 'quadratic[condition=1,2]' selects 2")
    #expect(
      refusal("adam[lr=1e-3..1:2000;beta1=0..0.9:2001]")
        == "2000 × 2001 = 4002000 cells are too many for one map; at most 4000000")
    #expect(refusal("adam[lr=1e-3..1:2000;beta1=0..0.9:2000]") == nil)
    #expect(
      refusal("adam[beta1=0..1.5:4]")
        == "adam: beta1 = 1 is not valid; expected a number in [0, 1)")
    #expect(
      refusal("adam[lr=1e-3..1:1]")
        == "lr = 1e-3..1:1 is no range; expected one such as 1e-4..1:9, the ends and how many values "
        + "(2 to 10000)")
    #expect(
      refusal("adam[lr=0..1:9]")
        == "lr = 0..1:9: lr is on a logarithmic scale, so the range begins above 0")
    #expect(
      refusal("sgd", start: "x2=-1..1:3")
        == "the start has no coordinate 'x2'; expected x0 to x1, as in x0=-2..2:400;x1=1")
    #expect(
      refusal("sgd", start: "x0=a")
        == "x0 = a is no coordinate; expected a number, or a range such as -2..2:400")
    #expect(
      refusal("sgd[lr=1e-3..1:3]", on: "monkey-saddle", target: 1e-3)
        == "monkey-saddle: a target is a share of f - f*, and the minimum f* is not known; leave the "
        + "target out")
    #expect(
      refusal("sgd[lr=1e-3..1:3]", on: "softmax-regression", start: "x0=1")
        == "softmax-regression starts from its seed; it takes no starting point")
    #expect(refusal("nosuch[lr=1..2:3]")?.hasPrefix("unknown optimizer 'nosuch'.") == true)
    #expect(
      refusal("sgd", on: "quadratic[dim=1e5;condition=1..2:200]")
        == "the starts of 200 problems have more than 16777216 coordinates, 100000 each; give one start "
        + "for all")
    #expect(
      refusal("sgd", on: "quadratic[dim=2..4:3]", start: "x0=1")
        == "dim changes how many coordinates there are: the start cannot be given")
  }

  // MARK: suites

  private func suite(_ group: String) throws -> Suite {
    try Suite(yaml: "groups:\n" + group, name: "maps", file: "maps.yaml")
  }

  @Test func suites() throws {
    let suite = try suite(
      """
        - name: plane
          problems: quadratic
          maps:
            - momentum[lr=1e-3..0.1:5;momentum=0..0.9:4]
            - optimizer: sgd[lr=0.01]
              start: x0=-1..1:3;x1=-1..1:3
          steps: 50
          target: 1e-3
          figures: map
      """)
    #expect(
      suite.groups[0].maps == [
        Suite.Map(optimizer: "momentum[lr=1e-3..0.1:5;momentum=0..0.9:4]"),
        Suite.Map(optimizer: "sgd[lr=0.01]", start: "x0=-1..1:3;x1=-1..1:3"),
      ])
    let plan = try Plan(suite, catalogue: catalogue)
    #expect(plan.entries.isEmpty)
    #expect(plan.maps.map(\.job.spec.count) == [20, 9])
    #expect(plan.maps[0].job.spec.base.target == 1e-3)
    try withFolder { folder in
      let store = try RunStore(path: folder.appendingPathComponent("runs.sqlite").path)
      try store.register(plan)
      for map in plan.maps {
        let job = map.job
        try store.save(
          OutcomeMap(
            key: job.key, label: job.label, spec: job.spec, cells: MapCells(count: job.spec.count)))
      }
      let found = try store.maps(suite: "maps", group: "plane")
      #expect(found.map(\.key) == plan.maps.map(\.job.key))
      #expect(try store.groups(drawing: "map").map(\.group) == ["plane"])
    }
  }

  @Test func mistakesInSuites() throws {
    #expect(
      message { try suite("  - problems: quadratic\n    steps: 5\n") }
        == "maps.yaml:2: group-1: the key 'optimizers' is missing: a list of names")
    #expect(
      message {
        try suite("  - problems: quadratic\n    maps:\n      - start: x0=1\n")
      } == "maps.yaml:4: maps: the key 'optimizer' is missing")
    #expect(
      message {
        try suite("  - problems: quadratic\n    maps:\n      - optimiser: sgd\n")
      }
        == "maps.yaml:4: a map has no key 'optimiser'. Did you mean optimizer? (keys: optimizer, start)"
    )
    #expect(
      message { try suite("  - problems: quadratic\n    maps: []\n") }
        == "maps.yaml:3: maps: the list is empty")
    let several = try suite(
      "  - problems: quadratic\n    seeds: 1-2\n    maps: 'sgd[lr=1e-3..1:3]'\n")
    #expect(
      message { try Plan(several, catalogue: catalogue) }
        == "maps.yaml:4: a map has one seed and no instances: 'sgd[lr=1e-3..1:3]'")
    let plain = try suite("  - problems: quadratic\n    maps: sgd\n")
    #expect(
      message { try Plan(plain, catalogue: catalogue) }
        == "maps.yaml:3: a map has one or two axes, ranges such as lr=1e-4..0.1:100; "
        + "'sgd' on 'quadratic' has none")
  }
}
