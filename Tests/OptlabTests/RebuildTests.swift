// Whoever has a dump, and no part of the lab, can rebuild the training from it.

import Foundation
import Networks
import Testing

@Suite struct RebuildTests {
  /// Trainings that together use every kind of fact.
  static let problems = [
    "softmax-regression[data=spirals;preprocessing=standardize;batch=40]",
    "mlp[data=moons;hidden=16x8;preprocessing=whiten;batch=50;trainSize=330;l1=1e-3;l2=1e-2;maxNorm=1.5;keep=0.8]",
    "mlp[data=blobs;hidden=12x6;activation=tanh;normalization=batch;batch=30]",
    "mlp[hidden=16;trainSize=300;batch=32;augmentation=crop2+flip]",
  ]

  /// For each of these, facts without which it cannot be rebuilt.
  static let needed: [[String]] = [
    [
      "data/shape", "data/split", "preprocessing/formula", "preprocessing/name",
      "minibatches/batch",
      "augmentation/changes", "loss/kind", "loss/reduction", "regularizer", "constraint",
      "precision/parameters", "architecture/input", "architecture/output",
      "architecture/layers/1/kind", "architecture/layers/1/settings/activation",
      "architecture/layers/1/settings/weights", "architecture/layers/1/settings/biases",
      "architecture/layers/1/tensors",
    ],
    [
      "regularizer/l1", "regularizer/l2", "regularizer/tensors", "constraint/limit",
      "constraint/tensors", "random/purposes", "random/generator",
      "architecture/layers/2/settings/keep", "architecture/layers/2/settings/scaling",
      "architecture/layers/2/formula",
    ],
    [
      "architecture/layers/2/settings/epsilon", "architecture/layers/2/settings/momentum",
      "architecture/layers/2/settings/activation", "architecture/activations/tanh",
    ],
    [
      "data/files/trainingAndValidation", "data/format", "augmentation/drawn",
      "augmentation/applied",
    ],
  ]
  /// For each, numbers that matter.
  static let telling: [[String]] = [
    [],
    [
      "regularizer/l1", "regularizer/l2", "constraint/limit", "architecture/layers/2/settings/keep",
    ],
    ["architecture/layers/2/settings/epsilon"],
    [],
  ]

  private func dump(_ problem: String, in workspace: Workspace) async throws -> URL {
    let outcome = try await workspace.run(
      "trace", problem, "sgd[lr=0.1]", "--steps", "8", "--seed", "3", "--dump", "dump")
    #expect(outcome.status == 0, "\(outcome.errors)")
    return workspace.folder.appendingPathComponent("dump")
  }

  /// Losses and parameters agree to within what single precision rounds in sums of some hundred
  /// products, eight steps of it.
  @Test(arguments: problems)
  func losses(_ problem: String) async throws {
    let workspace = try Workspace()
    let training = try Rebuilding(try await dump(problem, in: workspace))
    let (losses, parameters) = try training.train()
    #expect(losses.count == 8)
    for (loss, recorded) in zip(losses, training.run.losses) {
      #expect(abs(loss - recorded) < 2e-5 * max(1, recorded), "\(losses) \(training.run.losses)")
    }
    let end = try training.array("final")
    let start = try training.array("parameters")
    let farthest = zip(parameters, end.values).map { abs($0 - $1) }.max()
    let way = zip(start.values, end.values).map { abs($0 - $1) }.max()
    #expect(try #require(farthest) < 1e-3 * #require(way))
  }

  /// Each fact is needed: without it nothing can be rebuilt.
  @Test(arguments: zip(problems, needed))
  func factsAreNeeded(_ problem: String, _ needed: [String]) async throws {
    let workspace = try Workspace()
    let folder = try await dump(problem, in: workspace)
    let file = folder.appendingPathComponent("training.json")
    let whole = try Data(contentsOf: file)
    for fact in needed {
      let path = fact.split(separator: "/").map(String.init)
      var facts = try JSONDecoder().decode(Entry.self, from: whole)
      facts.remove(path[...])
      try JSONEncoder().encode(facts).write(to: file)
      #expect(throws: Entry.Missing.self, "\(fact)") { try Rebuilding(folder).train() }
    }
    try whole.write(to: file)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where name.hasSuffix(".npy") && name != "final.npy" {
      let array = folder.appendingPathComponent(name)
      let aside = try Data(contentsOf: array)
      try FileManager.default.removeItem(at: array)
      #expect(throws: CocoaError.self, "\(name)") { try Rebuilding(folder).train() }
      try aside.write(to: array)
    }
  }

  /// A fact that is wrong is seen: the losses part.
  @Test(arguments: zip(problems, telling))
  func otherFactsGiveOtherLosses(_ problem: String, _ telling: [String]) async throws {
    let workspace = try Workspace()
    let folder = try await dump(problem, in: workspace)
    let file = folder.appendingPathComponent("training.json")
    let whole = try Data(contentsOf: file)
    let right = try Rebuilding(folder).train().losses
    func isSeen() throws -> Bool {
      let losses = try Rebuilding(folder).train().losses
      return zip(losses, right).contains { abs($0 - $1) > 1e-4 }
    }
    for fact in telling {
      let path = fact.split(separator: "/").map(String.init)
      var facts = try JSONDecoder().decode(Entry.self, from: whole)
      facts.change(path[...]) { .number($0 == 1e-5 ? 0.1 : $0 / 2) }
      try JSONEncoder().encode(facts).write(to: file)
      #expect(try isSeen(), "\(fact)")
    }
    try whole.write(to: file)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    // What comes before a batch normalisation may be moved and scaled.
    if problem.contains("normalization=batch") { return }
    // Bytes are scaled by what follows from these two.
    let isScaled = names.contains("scale.npy")
    let statistics = isScaled ? ["scale.npy", "shift.npy"] : ["mean.npy", "deviation.npy"]
    for name in statistics + ["matrix.npy"] where names.contains(name) {
      let array = folder.appendingPathComponent(name)
      let aside = try Data(contentsOf: array)
      // The last number, by a factor.
      var other = aside
      other[other.count - 1] ^= 0x01
      try other.write(to: array)
      #expect(try isSeen(), "\(name)")
      try aside.write(to: array)
    }
  }
}

// MARK: - the reader

/// A JSON value, whose parts must be there.
indirect enum Entry: Codable {
  case group([String: Entry])
  case list([Entry])
  case text(String)
  case number(Double)
  case nothing

  struct Missing: Error { var name: String }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .nothing
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let flag = try? container.decode(Bool.self) {
      self = .text("\(flag)")
    } else if let list = try? container.decode([Entry].self) {
      self = .list(list)
    } else {
      self = .group(try container.decode([String: Entry].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .group(let parts): try container.encode(parts)
    case .list(let parts): try container.encode(parts)
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .nothing: try container.encodeNil()
    }
  }

  /// `a/b/c`.
  func at(_ path: String) throws -> Entry {
    try path.split(separator: "/").reduce(self) { entry, name in
      guard case .group(let parts) = entry, let part = parts[String(name)] else {
        throw Missing(name: path)
      }
      return part
    }
  }
  func text(_ path: String) throws -> String {
    guard case .text(let text) = try at(path), !text.isEmpty else { throw Missing(name: path) }
    return text
  }
  func number(_ path: String) throws -> Double {
    guard case .number(let number) = try at(path) else { throw Missing(name: path) }
    return number
  }
  func list(_ path: String) throws -> [Entry] {
    guard case .list(let parts) = try at(path) else { throw Missing(name: path) }
    return parts
  }
  func axes(_ path: String) throws -> [Int] {
    try list(path).map {
      guard case .number(let number) = $0 else { throw Missing(name: path) }
      return Int(number)
    }
  }
  func texts(_ path: String) throws -> [String] {
    try list(path).map {
      guard case .text(let text) = $0 else { throw Missing(name: path) }
      return text
    }
  }

  mutating func remove(_ path: ArraySlice<String>) { edit(path) { _ in nil } }

  mutating func change(_ path: ArraySlice<String>, _ change: (Double) -> Entry) {
    edit(path) { entry in
      guard case .number(let number) = entry else { return nil }
      return change(number)
    }
  }

  private mutating func edit(_ path: ArraySlice<String>, _ body: (Entry) -> Entry?) {
    let rest = path.dropFirst()
    switch self {
    case .group(var parts):
      guard var part = parts[path.first!] else {
        Issue.record("there is no \(path)")
        return
      }
      if rest.isEmpty {
        parts[path.first!] = body(part)
      } else {
        part.edit(rest, body)
        parts[path.first!] = part
      }
      self = .group(parts)
    case .list(var parts):
      parts[Int(path.first!)!].edit(rest, body)
      self = .list(parts)
    default: Issue.record("nothing lies within \(path)")
    }
  }
}

/// The generator that `random` describes.
struct Draws {
  private var state: UInt64

  static func mix(_ z: UInt64) -> UInt64 {
    var z = z
    z ^= z >> 30
    z = z &* 0xBF58_476D_1CE4_E5B9
    z ^= z >> 27
    z = z &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  init(seed: UInt64, purpose: UInt64, step: Int, stream: UInt64 = 0) {
    let h = Self.mix(
      Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) ^ purpose &* 0xD1B5_4A32_D192_ED03)
    state = Self.mix(h ^ UInt64(step) &* 0x8CB9_2BA7_2F3D_8DD7)
    if stream != 0 { state = Self.mix(state ^ stream &* 0xAEF1_7502_108E_F2D9) }
  }

  mutating func draw() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  mutating func index(below n: UInt64) -> Int {
    while true {
      let (high, low) = draw().multipliedFullWidth(by: n)
      if low >= (0 &- n) % n { return Int(high) }
    }
  }

  mutating func uniform() -> Double { Double(draw() >> 11) / 0x1p53 }
}

/// A training in double precision, after what a dump says of it.
struct Rebuilding {
  struct Run: Decodable {
    struct Rule: Decodable {
      var name: String
      var settings: [String: String]
    }
    var optimizer: Rule
    var losses, learningRates: [Double]
    var seed: UInt64
  }
  let folder: URL
  let facts: Entry
  let run: Run
  let tensors: [Dump.Layout.Tensor]

  init(_ folder: URL) throws {
    self.folder = folder
    func json<T: Decodable>(_ name: String, _ type: T.Type) throws -> T {
      try JSONDecoder().decode(
        type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }
    facts = try json("training.json", Entry.self)
    run = try json("run.json", Run.self)
    tensors = try json("layout.json", Dump.Layout.self).tensors
    try #require(run.optimizer.name == "sgd" && run.optimizer.settings["weightDecay"] == "0")
  }

  func array(_ name: String) throws -> NumPyArray {
    try NumPyArray(Data(contentsOf: folder.appendingPathComponent("\(name).npy")))
  }

  // MARK: data

  /// The features of an example as it was read, and its class.
  private func data(size: Int) throws -> (_ example: Int) -> (features: [Double], label: Int) {
    _ = try facts.text("data/split")
    if try facts.axes("data/shape").count == 1 {
      let (features, labels) = (try array("features").values, try array("labels").values)
      return { (Array(features[$0 * size..<($0 + 1) * size]), Int(labels[$0])) }
    }
    try #require(facts.text("data/format") == "IDX of bytes, compressed with gzip")
    let images = try IDX.images(
      facts.text("data/files/trainingAndValidation/images"), count: 60_000, height: 28, width: 28)
    let labels = try IDX.labels(
      facts.text("data/files/trainingAndValidation/labels"), count: 60_000, classes: 10)
    return { (images[$0 * size..<($0 + 1) * size].map(Double.init), Int(labels[$0])) }
  }

  /// What is done to features, some examples × `size`.
  private func prepare(_ features: [Double], size: Int) throws -> [Double] {
    _ = try facts.text("preprocessing/formula")
    let mean = try array("mean").values
    switch try facts.text("preprocessing/name") {
    case "whiten", "pca":
      let matrix = try array("matrix").values
      return features.indices.map { i in
        let (row, component) = i.quotientAndRemainder(dividingBy: size)
        return (0..<size).reduce(0) { sum, j in
          sum + matrix[component * size + j] * (features[row * size + j] - mean[j])
        }
      }
    default:
      let deviation = try array("deviation").values
      if try facts.axes("data/shape").count == 1 {
        return features.enumerated().map { i, x in
          (x - mean[i % size % mean.count]) / deviation[i % size % deviation.count]
        }
      }
      let (scale, shift) = (try array("scale").values, try array("shift").values)
      return features.enumerated().map { i, x in
        x * scale[i % size % scale.count] + shift[i % size % shift.count]
      }
    }
  }

  /// The images of a minibatch, padded, cut out and mirrored.
  private func augment(_ features: [Double], size: Int, step: Int) throws -> [Double] {
    let changes = try facts.text("augmentation/changes")
    if changes == "none" { return features }
    try #require(changes == "crop2+flip")
    _ = try (facts.text("augmentation/drawn"), facts.text("augmentation/applied"))
    let shape = try facts.axes("data/shape")
    let (height, width) = (shape[1], shape[2])
    let purpose = UInt64(try facts.number("random/purposes/augmentation"))
    var keys = Draws(seed: run.seed, purpose: purpose, step: step)
    let key = keys.draw()
    var changed = features
    for row in 0..<features.count / size {
      var draws = Draws(seed: key, purpose: purpose, step: row)
      let top = draws.index(below: 5) - 2
      let left = draws.index(below: 5) - 2
      let isMirrored = draws.uniform() < 0.5
      for y in 0..<height {
        for x in 0..<width {
          let (i, j) = (y + top, x + left)
          let isInside = (0..<height).contains(i) && (0..<width).contains(j)
          changed[row * size + y * width + (isMirrored ? width - 1 - x : x)] =
            isInside ? features[row * size + i * width + j] : 0
        }
      }
    }
    return changed
  }

  // MARK: layers

  private func part(_ name: String, of x: [Double]) -> (offset: Int, values: ArraySlice<Double>)? {
    tensors.first { $0.name == name }.map {
      ($0.offset, x[$0.offset..<$0.offset + $0.shape.reduce(1, *)])
    }
  }

  private func function(_ name: String) throws -> (f: (Double) -> Double, slope: (Double) -> Double)
  {
    _ = try facts.text("architecture/activations/\(name)")
    // The slope is that of the output.
    switch name {
    case "identity": return ({ $0 }, { _ in 1 })
    case "relu": return ({ max(0, $0) }, { $0 > 0 ? 1 : 0 })
    case "tanh": return ({ tanh($0) }, { 1 - $0 * $0 })
    default: throw Entry.Missing(name: name)
    }
  }

  /// What computes the gradients of a layer's parameters and of its input from that of its output.
  private typealias Backward = (_ gradient: [Double], _ total: inout [Double]) -> [Double]

  private func dense(_ layer: Entry, _ x: [Double], _ parameters: [Double]) throws
    -> (output: [Double], backward: Backward)
  {
    let (inputs, outputs) = (try layer.axes("input")[0], try layer.axes("output")[0])
    let rows = x.count / inputs
    let (f, slope) = try function(layer.text("settings/activation"))
    _ = try (layer.text("settings/weights"), layer.at("settings/biases"))
    let names = try layer.list("tensors").map { try $0.text("name") }
    let weights = try #require(part(names[0], of: parameters))
    let biases = names.count > 1 ? part(names[1], of: parameters) : nil
    let w = Array(weights.values)
    let b = biases.map { Array($0.values) } ?? [Double](repeating: 0, count: outputs)
    var y = [Double](repeating: 0, count: rows * outputs)
    for row in 0..<rows {
      for o in 0..<outputs {
        var z = b[o]
        for i in 0..<inputs { z += w[o * inputs + i] * x[row * inputs + i] }
        y[row * outputs + o] = f(z)
      }
    }
    let output = y
    return (
      output,
      { gradient, total in
        var back = [Double](repeating: 0, count: x.count)
        for row in 0..<rows {
          for o in 0..<outputs {
            let g = gradient[row * outputs + o] * slope(output[row * outputs + o])
            if let biases { total[biases.offset + o] += g }
            for i in 0..<inputs {
              total[weights.offset + o * inputs + i] += g * x[row * inputs + i]
              back[row * inputs + i] += g * w[o * inputs + i]
            }
          }
        }
        return back
      }
    )
  }

  private func batchNormalization(_ layer: Entry, _ x: [Double], _ parameters: [Double]) throws
    -> (output: [Double], backward: Backward)
  {
    let channels = try layer.axes("input")[0]
    let rows = x.count / channels
    let (f, slope) = try function(layer.text("settings/activation"))
    let epsilon = try layer.number("settings/epsilon")
    _ = try layer.number("settings/momentum")
    let names = try layer.list("tensors").map { try $0.text("name") }
    let scale = try #require(part(names[0], of: parameters))
    let shift = try #require(part(names[1], of: parameters))
    var (normal, y) = (x, x)
    var inverse = [Double](repeating: 0, count: channels)
    for c in 0..<channels {
      let column = (0..<rows).map { x[$0 * channels + c] }
      let mean = column.reduce(0, +) / Double(rows)
      let variance = column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(rows)
      inverse[c] = 1 / (variance + epsilon).squareRoot()
      for row in 0..<rows {
        normal[row * channels + c] = (column[row] - mean) * inverse[c]
        y[row * channels + c] = f(
          scale.values[scale.offset + c] * normal[row * channels + c]
            + shift.values[shift.offset + c])
      }
    }
    let (output, normalized, inverses) = (y, normal, inverse)
    return (
      output,
      { gradient, total in
        var back = gradient
        for c in 0..<channels {
          let places = (0..<rows).map { $0 * channels + c }
          let g = places.map { gradient[$0] * slope(output[$0]) }
          let sum = g.reduce(0, +)
          let product = zip(g, places).map { $0 * normalized[$1] }.reduce(0, +)
          total[shift.offset + c] += sum
          total[scale.offset + c] += product
          for (g, place) in zip(g, places) {
            back[place] =
              scale.values[scale.offset + c] * inverses[c]
              * (g - (sum + normalized[place] * product) / Double(rows))
          }
        }
        return back
      }
    )
  }

  private func dropout(_ layer: Entry, _ x: [Double], number: UInt64, step: Int) throws
    -> (output: [Double], backward: Backward)
  {
    let keep = try layer.number("settings/keep")
    try #require(layer.text("settings/scaling") == "inverted")
    _ = try (layer.text("formula"), facts.text("random/generator"))
    var draws = Draws(
      seed: run.seed, purpose: UInt64(try facts.number("random/purposes/dropout")), step: step,
      stream: number)
    let threshold = UInt64(min((keep * 0x1p32).rounded(), 0x1p32 - 1))
    var mask: [Double] = []
    while mask.count < x.count {
      let draw = draws.draw()
      for word in [draw & 0xFFFF_FFFF, draw >> 32] { mask.append(word < threshold ? 1 / keep : 0) }
    }
    return (zip(x, mask).map { $0 * $1 }, { gradient, _ in zip(gradient, mask).map { $0 * $1 } })
  }

  // MARK: training

  /// The losses before each update, and the last parameters.
  func train() throws -> (losses: [Double], parameters: [Double]) {
    try #require(facts.text("precision/parameters") == "float32")
    let size = try facts.axes("data/shape").reduce(1, *)
    let example = try data(size: size)
    let training = try array("training-examples").values.map { Int($0) }
    let order = try array("order")
    let batch = try Int(facts.number("minibatches/batch"))
    try #require(order.shape == [run.losses.count, batch])
    _ = try (array("validation-examples"), array("test-examples"))
    try #require(facts.axes("architecture/input").reduce(1, *) == size)
    let layers = try facts.list("architecture/layers")
    try #require(facts.text("loss/kind") == "SoftmaxCrossEntropy")
    try #require(facts.text("loss/reduction") == "the mean over the examples of the minibatch")
    let classes = try facts.axes("architecture/output")[0]
    var x = try array("parameters").values
    var losses: [Double] = []
    for (step, lr) in run.learningRates.enumerated() {
      let examples = order.values[step * batch..<(step + 1) * batch].map {
        example(training[Int($0)])
      }
      let raw = examples.flatMap(\.features)
      var signal = try prepare(augment(raw, size: size, step: step + 1), size: size)
      var backwards: [Backward] = []
      var dropouts: UInt64 = 0
      for layer in layers {
        let (output, backward): ([Double], Backward)
        switch try layer.text("kind") {
        case "flatten":
          // Channels would change places.
          let input = try layer.axes("input")
          try #require(input.count == 1 || input[0] == 1)
          continue
        case "dense": (output, backward) = try dense(layer, signal, x)
        case "batch-normalization": (output, backward) = try batchNormalization(layer, signal, x)
        case "dropout":
          dropouts += 1
          (output, backward) = try dropout(layer, signal, number: dropouts, step: step + 1)
        case let kind: throw Entry.Missing(name: kind)
        }
        signal = output
        backwards.append(backward)
      }
      var loss = 0.0
      var gradient = signal
      for (row, label) in examples.map(\.label).enumerated() {
        let z = signal[row * classes..<(row + 1) * classes]
        let total = z.map { exp($0) }.reduce(0, +)
        loss += (log(total) - z[row * classes + label]) / Double(batch)
        for j in 0..<classes {
          gradient[row * classes + j] =
            (exp(z[row * classes + j]) / total - (j == label ? 1 : 0)) / Double(batch)
        }
      }
      var total = [Double](repeating: 0, count: x.count)
      for backward in backwards.reversed() { gradient = backward(gradient, &total) }
      loss += try regularize(x, &total)
      losses.append(loss)
      for i in x.indices { x[i] -= lr * total[i] }
      try constrain(&x)
    }
    return (losses, x)
  }

  private func regularize(_ x: [Double], _ gradient: inout [Double]) throws -> Double {
    let facts = try facts.at("regularizer")
    if case .nothing = facts { return 0 }
    let (l1, l2) = (try facts.number("l1"), try facts.number("l2"))
    var sum = 0.0
    for name in try facts.texts("tensors") {
      let (_, weights) = try #require(part(name, of: x))
      for i in weights.indices {
        sum += l1 * abs(x[i]) + l2 * x[i] * x[i]
        gradient[i] += l1 * (x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0) + 2 * l2 * x[i]
      }
    }
    return sum
  }

  private func constrain(_ x: inout [Double]) throws {
    let facts = try facts.at("constraint")
    if case .nothing = facts { return }
    let limit = try facts.number("limit")
    for name in try facts.texts("tensors") {
      let tensor = try #require(tensors.first { $0.name == name })
      let columns = tensor.shape.dropFirst().reduce(1, *)
      for row in 0..<tensor.shape[0] {
        let places = tensor.offset + row * columns..<tensor.offset + (row + 1) * columns
        let norm = x[places].map { $0 * $0 }.reduce(0, +).squareRoot()
        if norm > limit { for i in places { x[i] *= limit / norm } }
      }
    }
  }
}
