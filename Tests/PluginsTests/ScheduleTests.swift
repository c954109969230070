// Schedules against torch and optax, and what must hold of each.

import Analysis
import OptimizerKit
import Plugins
import Testing

/// A reference schedule with its value at every step of the budget.
struct GoldenSchedule: Decodable, Sendable, CustomTestStringConvertible {
  var reference: String
  var base: Double
  var steps: Int
  var parts: [GoldenPlugin]
  var values: [Double]
  /// What a schedule that reads the loss was told, nil for NaN.
  var losses: [Double?]?
  var testDescription: String { reference }
}

struct GoldenSchedules: Decodable, Sendable {
  var cases: [GoldenSchedule]
  static let shared: GoldenSchedules = try! read("schedules.json")
}

let everySchedule = catalogue.schedules.map(\.name)

@Suite("Schedules")
struct ScheduleTests {
  /// Relative to the largest value of the schedule: torch computes many of its own by recurrence,
  /// and a cosine that ends at 0 has no relative accuracy there.
  @Test("agrees at every step", arguments: GoldenSchedules.shared.cases)
  func agreement(_ golden: GoldenSchedule) throws {
    var sequence = ScheduleSequence(try golden.parts.map { try schedule($0.name, $0.settings) })
    #expect(sequence.readsLoss == (golden.losses != nil))
    let size = golden.values.map(\.magnitude).max()!
    #expect(golden.values.count == golden.steps)
    for (step, expected) in golden.values.enumerated() {
      if let losses = golden.losses {
        sequence.read(loss: losses[step] ?? .nan, base: golden.base, step: step)
      }
      let value = sequence.value(base: golden.base, step: step, steps: golden.steps)
      #expect((value - expected).magnitude <= 1e-12 * size, "step \(step)")
    }
  }

  /// Each hyperparameter has another value than its default in some reference, so that a wrong one is
  /// noticed; each preset is one.
  @Test("every schedule has references", arguments: everySchedule)
  func coverage(_ name: String) throws {
    let parts = GoldenSchedules.shared.cases.flatMap(\.parts).filter {
      $0.name.split(separator: "@")[0] == name
    }
    #expect(!parts.isEmpty)
    let values = try parts.map { try schedule($0.name, $0.settings).hyperparameters.map(\.value) }
    for (index, hyperparameter) in try schedule(name).hyperparameters.enumerated() {
      #expect(
        values.contains { $0[index] != hyperparameter.value }, "\(hyperparameter.name) of \(name)")
    }
    for preset in try catalogue.entry(name, kind: .schedule).presets {
      #expect(parts.contains { $0.name == "\(name)@\(preset.name)" }, "\(preset.name) of \(name)")
    }
  }

  @Test("is finite and pure within any budget", arguments: everySchedule)
  func finite(_ name: String) throws {
    for hyperparameter in try schedule(name).hyperparameters {
      let bounds = hyperparameter.bounds
      for value in [
        bounds.lower, bounds.upper, 0, .leastNonzeroMagnitude, 0.5, 1, 3, -1e308, 1e308, 1e18,
      ] {
        guard bounds.contains(value),
          let schedule = try? schedule(name, [hyperparameter.name: shortest(value)])
        else { continue }
        for steps in [1, 2, 7, 1_000_000_000_000] {
          for step in [0, 1, 2, 6, steps / 2, steps - 1] where step < steps {
            let value = schedule.value(base: 0.1, step: step, steps: steps)
            #expect(value.isFinite, "\(hyperparameter.name) = \(value) at \(step) of \(steps)")
            #expect(value == schedule.value(base: 0.1, step: step, steps: steps))
          }
        }
        // Outside its contract it need not be finite, but must not trap.
        _ = schedule.value(base: .nan, step: 5, steps: 0)
      }
    }
  }

  @Test("what is not given is taken from the budget")
  func budgets() throws {
    let steps = 1_000
    func value(_ name: String, _ step: Int) throws -> Double {
      try schedule(name).value(base: 2, step: step, steps: steps)
    }
    #expect(try value("constant", 999) == 2)
    #expect(try value("step", 333) == 2)
    #expect(try value("step", 334) == 0.2)
    #expect((try value("step", 999) - 0.02).magnitude < 1e-15)
    #expect((try value("exponential", 500) - 0.2).magnitude < 1e-14)
    #expect((try value("inverse-time", 1_000) - 0.2).magnitude < 1e-15)
    #expect((try value("cosine", 500) - 1).magnitude < 1e-15)
    #expect(try value("multistep", 499) == 2)
    #expect(try value("multistep", 500) == 0.2)
    #expect((try value("multistep", 750) - 0.02).magnitude < 1e-15)
    #expect((try value("linear", 250) - 1.5).magnitude < 1e-15)
    #expect((try value("polynomial", 500) - 0.5).magnitude < 1e-15)
    // Cycles of 143, 286 and 572 steps.
    #expect(try value("cosine-restarts", 143) == 2)
    #expect(try value("cosine-restarts", 429) == 2)
    #expect(try value("cosine-restarts", 999) < 1e-4)
    #expect((try value("one-cycle", 299) - 2).magnitude < 1e-15)
    #expect((try value("one-cycle", 999) - 8e-6).magnitude < 1e-15)
    #expect(try value("cyclic", 125) == 2)
    #expect(try value("cyclic", 250) == 0.5)
    #expect(try value("wsd", 25) == 1)
    #expect(try value("wsd", 800) == 2)
    #expect((try value("wsd", 850) - 1).magnitude < 1e-15)
    #expect((try value("piecewise", 400) - 0.6).magnitude < 1e-15)
    #expect(try value("ramp", 0) == 0.5)
    #expect((try value("ramp", 1_000) - 0.99).magnitude < 1e-15)
  }

  @Test("warm-up has a length, after which the next schedule begins; the others last")
  func lengths() throws {
    for name in everySchedule where name != "warmup" {
      #expect(try schedule(name).length == nil, "\(name)")
    }
    for name in ["constant", "cosine", "linear", "polynomial"] {
      #expect(try schedule(name, ["steps": "7"]).length == 7, "\(name)")
    }
    #expect(try schedule("linear", ["steps": "7", "begin": "3"]).length == 10)
    let warmup = try schedule("warmup", ["steps": "10"])
    #expect(warmup.length == 10)
    let sequence = ScheduleSequence([warmup, try schedule("cosine")])
    #expect(sequence.value(base: 1, step: 0, steps: 110) == 0)
    #expect(sequence.value(base: 1, step: 5, steps: 110) == 0.5)
    #expect(sequence.value(base: 1, step: 10, steps: 110) == 1)
    #expect((sequence.value(base: 1, step: 60, steps: 110) - 0.5).magnitude < 1e-15)
    // A warm-up longer than the budget is all there is.
    #expect(sequence.value(base: 1, step: 4, steps: 5) == 0.4)
    let none = try schedule("warmup", ["steps": "0"])
    #expect(none.value(base: 1, step: 0, steps: 10) == 1)
  }

  static let messages: [(String, [String: String], String)] = [
    (
      "step", ["every": "2.5"],
      "step: every = 2.5 is not valid; expected a whole number in [0, 1000000000]"
    ),
    ("step", ["gamma": "2"], "step: gamma = 2 is not valid; expected a number in [0, 1]"),
    (
      "cosine", ["final": "-1"],
      "cosine: final = -1 is not valid; expected a number in [0, ∞)"
    ),
    ("ramp", ["to": "inf"], "ramp: to = inf is not valid; expected a number"),
    (
      "warmup", ["step": "5"],
      "warmup has no hyperparameter 'step'. Did you mean steps? (it has steps, start, k)"
    ),
    (
      "exponential", ["k": "0.1", "gamma": "0.9"],
      "exponential: k and gamma exclude each other; give one"
    ),
    (
      "multistep", ["milestones": "30x-1"],
      "multistep: milestones = 30x-1 is not valid; expected whole numbers from 0 joined by x, such as "
        + "30x60x80, or none"
    ),
    (
      "piecewise", ["factors": "0.5xinf"],
      "piecewise: factors = 0.5xinf is not valid; expected numbers from 0 joined by x, such as "
        + "0.5x0.1, or none"
    ),
    (
      "piecewise", ["boundaries": "30x20"], "piecewise: boundaries = 30x20 do not rise"
    ),
    (
      "piecewise", ["boundaries": "30"], "piecewise: 1 boundaries and 2 factors; give as many"
    ),
    ("one-cycle", ["fall": "0.1"], "one-cycle: fall is before rise; give 0 or more than it"),
    (
      "wsd", ["decay": "0.97"], "wsd: warmup and decay together are more than the whole budget"
    ),
    (
      "cosine-restarts", ["period": "5", "warmup": "5"],
      "cosine-restarts: the warmup of 5 steps takes a whole period; give less"
    ),
    (
      "plateau", ["minimum": "0.1", "minimumShare": "0.1"],
      "plateau: minimum and minimumShare exclude each other; give one"
    ),
    (
      "cosine", ["final": "0.1", "finalShare": "0.1"],
      "cosine: final and finalShare exclude each other; give one"
    ),
  ]

  @Test("says what is wrong and what would be right", arguments: messages.indices)
  func message(_ index: Int) throws {
    let (name, settings, message) = Self.messages[index]
    let error = #expect(throws: HyperparameterError.self) { try schedule(name, settings) }
    #expect(error?.description == message)
  }

  /// Nothing but the losses decides: copies go on alike, and what it gives keeps to its range.
  @Test("what reads the loss is a value, within its range", arguments: everySchedule)
  func reactive(_ name: String) throws {
    guard let fresh = try schedule(name) as? any ReactiveSchedule else { return }
    #expect(ScheduleConformance.findings(for: fresh).isEmpty)
    var first = ScheduleSequence([fresh])
    var checkpoint = first
    let losses = (0..<300).map { (step: Int) -> Double in
      step % 60 == 59 ? .nan : 1 / Double(1 + min(step, 80))
    }
    for (step, loss) in losses.enumerated() {
      if step == 150 { checkpoint = first }
      first.read(loss: loss, base: 0.1, step: step)
    }
    for step in 150..<300 { checkpoint.read(loss: losses[step], base: 0.1, step: step) }
    let value = first.value(base: 0.1, step: 300, steps: 1000)
    #expect(value < 0.1)
    #expect(value == checkpoint.value(base: 0.1, step: 300, steps: 1000))
    let range = try #require(first.range(base: 0.1, step: 300, steps: 1000))
    #expect(range.contains(value))
    // A new one has been told nothing.
    #expect(try schedule(name).value(base: 0.1, step: 300, steps: 1000) == 0.1)
  }
}
