// Methods for matrices: what holds of them whatever the reference, and what they say of problems
// without matrices.

import LinearAlgebra
import OptimizerKit
import Plugins
import Testing

@Suite("matrix methods")
struct MatrixTests {
  static let names = [
    "adamuon", "galore", "muon", "normuon", "psgd-kron", "scion", "shampoo", "soap",
  ]

  @Test("every method and preset has references")
  func coverage() {
    let golden = GoldenFile.named("matrix")
    let onTensors = Set(golden.matrices.map(\.optimizer.name))
    #expect(Set(onTensors.map { String($0.prefix { $0 != "@" }) }).sorted() == Self.names)
    for name in [
      "adamuon@pytorch-optimizer", "galore@author", "galore@pytorch-optimizer", "muon@torch",
      "normuon@paper", "normuon@pytorch-optimizer", "psgd-kron@pytorch-optimizer", "scion@author",
      "scion@pytorch-optimizer", "shampoo@facebook", "shampoo@paper", "shampoo@pytorch-optimizer",
      "soap@author", "soap@pytorch-optimizer",
    ] {
      #expect(onTensors.contains(name), "\(name)")
    }
    let onSurfaces = Set(golden.cases.map(\.optimizer.name))
    for name in ["galore", "psgd-kron", "scion", "shampoo", "soap"] {
      #expect(onSurfaces.contains(name), "\(name)")
    }
  }

  /// A wide and a tall matrix, a kernel, biases and a gain.
  static let layout: ParameterLayout = {
    var layout = ParameterLayout()
    layout.append("kernel", shape: [4, 3, 2, 2], role: .weight, fanIn: 12)
    layout.append("bias", shape: [4], role: .bias, fanIn: 1)
    layout.append("gain", shape: [4], role: .scale, fanIn: 1)
    layout.append("wide", shape: [3, 8], role: .weight, fanIn: 8)
    layout.append("tall", shape: [9, 2], role: .weight, fanIn: 2)
    return layout
  }()

  @Test func whatIsAMatrix() {
    var moved = MovedMatrices()
    #expect(moved.matrices(of: Self.layout) == [0, 3, 4])
    #expect(moved.others(of: Self.layout) == [1, 2])
    moved.last = false
    #expect(moved.matrices(of: Self.layout) == [0, 3])
    #expect(moved.others(of: Self.layout) == [1, 2, 4])
    #expect(moved.matrices(of: ParameterLayout(coordinates: 3)) == [])
    #expect(moved.others(of: ParameterLayout(coordinates: 3)) == [0])
  }

  @Test func remarks() throws {
    let surface = ParameterLayout(coordinates: 2)
    func remark(_ name: String, _ settings: [String: String] = [:]) throws -> String? {
      try optimizer(name, settings).remark(on: surface)
    }
    #expect(try remark("adam") == nil)
    #expect(
      try remark("shampoo") == "shampoo finds no matrices, and is Adagrad with full matrices")
    #expect(try remark("soap") == "soap finds no matrices, and is adam without its first step")
    #expect(try remark("soap", ["vectors": "true"]) == nil)
    #expect(
      try remark("scion")
        == "scion finds no matrices, and divides gradients by their root mean square")
    #expect(
      try remark("psgd-kron")
        == "psgd-kron finds no matrices, and has a diagonal preconditioner")
    #expect(try remark("galore") == "galore finds no matrices, and is adam without a projection")
    for name in Self.names {
      #expect(try optimizer(name).remark(on: Self.layout) == nil, "\(name)")
    }
    let clipped = try wrapper("clip", [:], optimizer("sgd"))
    let muon = try wrapper("muon", [:], clipped)
    let expected = "muon finds no matrices, and clip(sgd) moves everything"
    #expect(muon.remark(on: surface) == expected)
    #expect(try wrapper("lookahead", [:], muon).remark(on: surface) == expected)
    // What is wrapped sees biases and gains only.
    #expect(
      try wrapper("muon", [:], optimizer("soap")).remark(on: Self.layout)
        == "soap finds no matrices, and is adam without its first step")
  }

  static func start<R: Scalar>(_ layout: ParameterLayout, _: R.Type) -> Vector<R> {
    var random = RandomSource(seed: 3, purpose: .instance)
    return Vector((0..<layout.count).map { _ in R(random.normal()) })
  }

  /// One step from `x` with `gradient`, or several with the same one.
  func moved<R: Scalar>(
    _ optimizer: any Optimizer, _ layout: ParameterLayout, by gradient: Vector<R>, steps: Int = 1
  ) throws -> Vector<R> {
    func go<O: Optimizer>(_ optimizer: O) throws -> Vector<R> {
      var optimizer = optimizer
      let x = Self.start(layout, R.self)
      var context = StepContext(
        x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout), oracle: .none)
      for step in 1...steps {
        context.gradient.assign(gradient)
        context.begin(step: step, rates: optimizer.declaredRates)
        try optimizer.advance(&context)
      }
      return context.x - x
    }
    return try go(optimizer)
  }

  static func matrix(_ rows: Int, _ columns: Int) -> ParameterLayout {
    var layout = ParameterLayout()
    layout.append("weight", shape: [rows, columns], role: .weight, fanIn: columns)
    return layout
  }

  /// The first step of Shampoo without averages is −α (G Gᵀ)⁻¹ᐟ⁴ G (Gᵀ G)⁻¹ᐟ⁴ = −α U V, of
  /// G = U Σ V: the nearest orthogonal matrix.
  @Test(arguments: [(4, 4), (3, 6), (6, 3)])
  func firstStepOfShampoo(_ rows: Int, _ columns: Int) throws {
    let layout = Self.matrix(rows, columns)
    let gradient: Vector<Double> = Self.start(layout, Double.self)
    let step = try moved(
      optimizer(
        "shampoo", ["lr": "1", "beta1": "0", "merge": "false", "epsilon": "1e-10"]), layout,
      by: gradient)
    let found = try Matrix(gradient, rows: rows, columns: columns).singularValueDecomposition()
    let expected = found.left * found.right
    for i in step.indices {
      #expect((step[i] + expected.elements[i]).magnitude <= 1e-8)
    }
  }

  /// Rotations of rows and columns turn SOAP's path along: it has no coordinates of its own. Its first
  /// step moves nothing.
  @Test func soapTurnsAlong() throws {
    let layout = Self.matrix(4, 4)
    let gradient: Vector<Double> = Self.start(layout, Double.self)
    let g = Matrix(gradient, rows: 4, columns: 4)
    let found = try Matrix(Self.start(Self.matrix(4, 5), Double.self), rows: 4, columns: 5)
      .singularValueDecomposition()
    let (u, v) = (found.left, try g.qr().q)
    let soap = try optimizer("soap", ["lr": "1", "weightDecay": "0", "epsilon": "0.1"])
    #expect(try moved(soap, layout, by: gradient).array.allSatisfy { $0 == 0 })
    let plain = Matrix(try moved(soap, layout, by: gradient, steps: 25), rows: 4, columns: 4)
    let turned = try moved(soap, layout, by: (u * g * v).elements, steps: 25)
    let expected = (u * plain * v).elements
    for i in turned.indices { #expect((turned[i] - expected[i]).magnitude <= 1e-10) }
  }

  /// Scion's steps have the same size whatever the gradient's.
  @Test(arguments: [1e-6, 1, 1e6])
  func scionStepsAreOfOneSize(_ size: Double) throws {
    let gradient = size * Self.start(Self.layout, Double.self)
    let step = try moved(optimizer("scion", ["lr": "1"]), Self.layout, by: gradient)
    for tensor in Self.layout.tensors {
      let matrix = Matrix(tensor, of: step)
      if tensor.isMatrix {
        let places = Double(tensor.shape.dropFirst(2).reduce(1, *))
        let scale = (Double(tensor.rows) / Double(tensor.shape[1])).squareRoot() / places
        let values = try matrix.singularValueDecomposition().values
        for i in values.indices {
          #expect(values[i] > 0.68 * scale && values[i] < 1.14 * scale, "\(tensor.name)")
        }
      } else {
        func rms(_ vector: Vector<Double>) -> Double {
          Matrix(tensor, of: vector).frobeniusNorm / Double(tensor.count).squareRoot()
        }
        let average = 0.1 * rms(gradient)
        #expect((rms(step) - average / (average + 1e-8)).magnitude <= 1e-12, "\(tensor.name)")
      }
    }
  }

  /// GaLore's steps lie in as many dimensions as the rank says; with all of them it moves as Adam does
  /// after a rotation.
  @Test func galoreHasALowRank() throws {
    let layout = Self.matrix(5, 8)
    let gradient: Vector<Double> = Self.start(layout, Double.self)
    for rank in 1...5 {
      let step = try moved(
        optimizer("galore", ["lr": "1", "rank": "\(rank)"]), layout, by: gradient)
      let values = try Matrix(step, rows: 5, columns: 8).singularValueDecomposition().values
      for i in values.indices {
        #expect((values[i] > 1e-10 * values[0]) == (i < rank), "\(rank)")
      }
    }
  }

  /// The steps of these have the length of an orthogonal matrix, times the scale.
  @Test func lengths() throws {
    let layout = Self.matrix(3, 8)
    let gradient: Vector<Double> = Self.start(layout, Double.self)
    let ada = try moved(
      wrapper("adamuon", ["lr": "1", "scaling": "original"], optimizer("sgd")), layout,
      by: gradient)
    #expect((ada.norm - 3.0.squareRoot()).magnitude <= 1e-8)
    let nor = try moved(
      wrapper("normuon", ["lr": "1", "scaling": "match-rms"], optimizer("sgd")), layout,
      by: gradient)
    #expect((nor.norm - 0.2 * 24.0.squareRoot()).magnitude <= 1e-8)
    // Rows of one length after the first step.
    let matrix = Matrix(nor, rows: 3, columns: 8)
    for i in 0..<3 {
      let row = (0..<8).reduce(0.0) { $0 + matrix[i, $1] * matrix[i, $1] }
      #expect((row - 0.04 * 8).magnitude <= 1e-8)
    }
  }

  /// Gradients of zeros, and such that are not finite, end in a number or in NaN, and in no error.
  @Test(arguments: names)
  func zerosAndNaN(_ name: String) throws {
    for value in [0, Float.nan, .infinity, 1e38] {
      let gradient = Vector(repeating: value, count: Self.layout.count)
      let step = try moved(optimizer(name), Self.layout, by: gradient, steps: 12)
      if value == 0 { #expect(step.array.allSatisfy { $0.isFinite }, "\(name)") }
    }
  }
}
