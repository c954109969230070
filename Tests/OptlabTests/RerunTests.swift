// A run of the lab, done again from its dump alone by a program that shares nothing with it but the
// data.

import Foundation
import Networks
import Testing

@Suite struct RerunTests {
  /// Softmax regression by plain descent, in double precision.
  @Test func softmaxRegression() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "trace", "softmax-regression[batch=32;trainSize=330]", "sgd[lr=2e-3]", "--steps", "20",
      "--seed", "5", "--every", "10", "--dump", "dump")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.split(separator: "\n").count == 1 + 3)
    let dump = try Dump(workspace.folder.appendingPathComponent("dump"))
    #expect(dump.order.shape == [20, 32])
    #expect(dump.order.values.allSatisfy { (0..<330).contains($0) })
    // 20 minibatches of 32 from 330: two epochs of 10, in each of which no example comes twice.
    #expect(Set(dump.order.values.prefix(320)).count == 320)
    #expect(Set(dump.order.values.suffix(320)).count == 320)

    let (losses, parameters, spread) = try rerun(dump)
    // In single precision a logit is a sum of 785 products. Their rounding errors are as good as
    // independent (Higham and Mary 2019, doi:10.1137/18M1226312), so that it is off by √785 · 2⁻²⁴
    // of Σ |w| |x|, at most `spread`; the loss moves at most twice as far as the logits. Earlier
    // steps, which contract at this learning rate, add less: each is an average over 32 examples.
    let tolerance = 2 * 785.squareRoot() * 0x1p-24 * spread
    #expect(tolerance < 3e-5)
    let difference = zip(losses, dump.run.losses).map { abs($0 - $1) }.max()
    #expect(try #require(difference) < tolerance)
    #expect(losses.count == 20)
    #expect(losses[19] < 0.9 * losses[0])
    #expect(dump.final.values != dump.parameters.values)
    // A weight moves by averages of what the logits are off, times learning rates far below 1.
    let farthest = zip(parameters, dump.final.values).map { abs($0 - $1) }.max()
    #expect(try #require(farthest) < tolerance)

    // The test can fail: two examples that change places are seen.
    var other = dump
    other.order.values.swapAt(40, 200)
    let changed = zip(try rerun(other).losses, dump.run.losses).map { abs($0 - $1) }.max()
    #expect(try #require(changed) > 10 * tolerance)
  }

  /// The losses before each update, the last parameters, and the largest Σ |w| |x| of a logit.
  private func rerun(_ dump: Dump) throws
    -> (losses: [Double], parameters: [Double], spread: Double)
  {
    let weights = try #require(dump.layout.tensors.first { $0.name == "dense1.weight" })
    let biases = try #require(dump.layout.tensors.first { $0.name == "dense1.bias" })
    let (classes, inputs) = (weights.shape[0], weights.shape[1])
    let batch = dump.order.shape[1]
    let data = try DataSource(hyperparameter: try #require(dump.run.dataSet))?.load().training
    let examples = try #require(data)
    var x = dump.parameters.values
    var images = [Float](repeating: 0, count: batch * inputs)
    var labels = [Int32](repeating: 0, count: batch)
    var losses: [Double] = []
    var spread = 0.0
    for (step, lr) in dump.run.learningRates.enumerated() {
      let indices = dump.order.values[step * batch..<(step + 1) * batch].map { Int32($0) }
      indices.withUnsafeBufferPointer { examples.gather($0, inputs: &images, labels: &labels) }
      var loss = 0.0
      var gradient = [Double](repeating: 0, count: x.count)
      images.withUnsafeBufferPointer { images in
        x.withUnsafeBufferPointer { x in
          gradient.withUnsafeMutableBufferPointer { gradient in
            for row in 0..<batch {
              var logits = [Double](repeating: 0, count: classes)
              for j in 0..<classes {
                var z = x[biases.offset + j]
                var size = abs(z)
                for k in 0..<inputs {
                  let product =
                    x[weights.offset + j * inputs + k] * Double(images[row * inputs + k])
                  z += product
                  size += abs(product)
                }
                logits[j] = z
                spread = max(spread, size)
              }
              let total = logits.map { exp($0) }.reduce(0, +)
              loss -= log(exp(logits[Int(labels[row])]) / total)
              for j in 0..<classes {
                let slope =
                  (exp(logits[j]) / total - (j == Int(labels[row]) ? 1 : 0)) / Double(batch)
                gradient[biases.offset + j] += slope
                for k in 0..<inputs {
                  gradient[weights.offset + j * inputs + k] +=
                    slope * Double(images[row * inputs + k])
                }
              }
            }
          }
        }
      }
      losses.append(loss / Double(batch))
      for i in x.indices { x[i] -= lr * gradient[i] }
    }
    return (losses, x, spread)
  }
}

/// What `trace --dump` writes, read back.
struct Dump {
  struct Layout: Decodable {
    struct Tensor: Decodable {
      var name: String
      var shape: [Int]
      var offset: Int
    }
    var tensors: [Tensor]
  }
  struct Run: Decodable {
    var losses, learningRates: [Double]
    var dataSet: String?
  }
  var layout: Layout
  var run: Run
  var parameters, final, order: NumPyArray

  init(_ folder: URL) throws {
    func data(_ name: String) throws -> Data {
      try Data(contentsOf: folder.appendingPathComponent(name))
    }
    layout = try JSONDecoder().decode(Layout.self, from: data("layout.json"))
    run = try JSONDecoder().decode(Run.self, from: data("run.json"))
    parameters = try NumPyArray(data("parameters.npy"))
    final = try NumPyArray(data("final.npy"))
    order = try NumPyArray(data("order.npy"))
  }
}

/// An array of NumPy's file format, version 1.0.
struct NumPyArray {
  var shape: [Int]
  var values: [Double]

  init(_ file: Data) throws {
    try #require(file.prefix(8) == Data([0x93] + Array("NUMPY".utf8) + [1, 0]))
    let start = 10 + Int(file[8]) + Int(file[9]) << 8
    let header = String(decoding: file[10..<start], as: UTF8.self)
    try #require(header.contains("'fortran_order': False"))
    let axes = try #require(header.firstMatch(of: /'shape': \(([0-9, ]*)\)/)).output.1
    shape = axes.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    func elements<T>(_: T.Type) -> [T] {
      file[start...].withUnsafeBytes { bytes in
        (0..<bytes.count / MemoryLayout<T>.size).map {
          bytes.loadUnaligned(fromByteOffset: MemoryLayout<T>.size * $0, as: T.self)
        }
      }
    }
    switch try #require(header.firstMatch(of: /'descr': '<(..)'/)).output.1 {
    case "f4": values = elements(Float.self).map(Double.init)
    case "f8": values = elements(Double.self)
    case let type:
      try #require(type == "i4")
      values = elements(Int32.self).map(Double.init)
    }
    try #require(values.count == shape.reduce(1, *))
  }
}
