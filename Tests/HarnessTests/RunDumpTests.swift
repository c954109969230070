// Runs as files for other programs.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

@Suite struct NPYTests {
  /// As numpy.lib.format writes it, but for where the padding ends.
  @Test(
    arguments: [
      (NPY.Element.float32, [3], "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"),
      (.int32, [20, 128], "{'descr': '<i4', 'fortran_order': False, 'shape': (20, 128), }"),
      (.float64, [], "{'descr': '<f8', 'fortran_order': False, 'shape': (), }"),
    ])
  func headers(_ element: NPY.Element, _ shape: [Int], _ dictionary: String) {
    let header = NPY.header(element, shape: shape)
    #expect(header.prefix(8) == Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]))
    #expect(header.count % 64 == 0)
    #expect(Int(header[8]) + Int(header[9]) << 8 == header.count - 10)
    let text = String(decoding: header.dropFirst(10), as: UTF8.self)
    #expect(text.hasSuffix("\n"))
    #expect(text.trimmingCharacters(in: .whitespacesAndNewlines) == dictionary)
  }

  @Test func elements() {
    #expect(NPY.data(Vector<Float>([1, -2])).suffix(8) == Data([0, 0, 128, 63, 0, 0, 0, 192]))
    #expect(NPY.data(Vector<Double>([1])).suffix(8) == Data([0, 0, 0, 0, 0, 0, 240, 63]))
    #expect(NPY.data([1, -1] as [Int32]) == Data([1, 0, 0, 0, 255, 255, 255, 255]))
  }
}

@Suite struct RunDumpTests {
  private func dumped(_ spec: RunSpec, to folder: URL) throws -> RunResult {
    let dump = RunDump(folder: folder.path)
    try dump.prepare()
    return try catalogueWithDrill.execute(
      spec, context: ExecutionContext(now: monotonicSeconds, dump: dump))
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// The numbers of `run.json`: a decoder reads them exactly, `JSONSerialization` does not.
  private struct Numbers: Decodable {
    var losses, learningRates: [Double]
    var finalLoss: Double
  }

  private func numbers(_ folder: URL) throws -> Numbers {
    try LabJSON.decode(
      Numbers.self, from: Data(contentsOf: folder.appendingPathComponent("run.json")))
  }

  private func json(_ folder: URL, _ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func training() throws {
    try withFolder { folder in
      let folder = folder.appendingPathComponent("deep/in")
      let result = try dumped(drill(lr: 0.5, steps: 3), to: folder)
      #expect(
        try names(folder)
          == ["final.npy", "layout.json", "order.npy", "parameters.npy", "run.json"])
      func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
      }
      #expect(try bytes("parameters.npy") == NPY.data(Vector<Float>([3, 0, 0])))
      #expect(try bytes("final.npy") == NPY.data(Vector<Float>([3, 3.5, -1.5])))
      #expect(
        try bytes("order.npy")
          == NPY.header(.int32, shape: [3, 2]) + NPY.data([1, 10, 2, 20, 3, 30]))
      let layout = try json(folder, "layout.json")
      #expect(layout["scalar"] as? String == "float32")
      let tensors = try #require(layout["tensors"] as? [[String: Any]])
      #expect(tensors.map { $0["name"] as? String } == ["dense1.weight", "dense1.bias"])
      #expect(tensors.map { $0["shape"] as? [Int] } == [[1, 2], [1]])
      #expect(tensors.map { $0["offset"] as? Int } == [0, 2])
      let run = try json(folder, "run.json")
      let numbers = try numbers(folder)
      #expect(numbers.losses == [8, 1.5, -0.5])
      #expect(numbers.learningRates == [0.5, 0.5, 0.5])
      #expect(numbers.finalLoss == result.outcome.finalLoss)
      let optimizer = try #require(run["optimizer"] as? [String: Any])
      #expect(optimizer["settings"] as? [String: String] == ["lr": "0.5", "weightDecay": "0"])
    }
  }

  /// A network says what it is made of, in files that go when another run takes their place.
  @Test func network() throws {
    try withFolder { folder in
      _ = try dumped(
        specification("sgd", on: "softmax-regression[data=moons;batch=10]", steps: 2), to: folder)
      let arrays = [
        "deviation", "features", "final", "labels", "mean", "order", "parameters", "test-examples",
        "training-examples", "validation-examples",
      ]
      #expect(
        try names(folder)
          == (arrays.map { $0 + ".npy" } + ["layout.json", "run.json", "training.json"]).sorted())
      let files = try #require(try json(folder, "run.json")["files"] as? [String: String])
      #expect(files["training"] == "training.json")
      for name in arrays { #expect(files[name] == name + ".npy") }
      let training = try json(folder, "training.json")
      #expect(
        Set(training.keys) == [
          "architecture", "augmentation", "constraint", "data", "loss", "minibatches", "precision",
          "preprocessing", "random", "regularizer",
        ])
      _ = try dumped(specification("adam", on: "beale", steps: 5), to: folder)
      #expect(try names(folder) == ["final.npy", "layout.json", "parameters.npy", "run.json"])
    }
  }

  /// In double precision, in place of an earlier run whatever that was of.
  @Test func surface() throws {
    try withFolder { folder in
      _ = try dumped(drill(lr: 0.5, steps: 3), to: folder)
      let result = try dumped(specification("adam", on: "beale", steps: 5), to: folder)
      #expect(try names(folder) == ["final.npy", "layout.json", "parameters.npy", "run.json"])
      let first = try Data(contentsOf: folder.appendingPathComponent("parameters.npy"))
      #expect(first == NPY.data(Vector(result.trajectory.point(0))))
      let last = try Data(contentsOf: folder.appendingPathComponent("final.npy"))
      #expect(last == NPY.data(Vector(result.trajectory.point(5))))
      let run = try json(folder, "run.json")
      #expect(try numbers(folder).losses == Array(result.trajectory.losses.prefix(5)))
      #expect((run["files"] as? [String: String])?["order"] == nil)
    }
  }

  /// A divergence is written like any other run, what is no number as a text.
  @Test func divergence() throws {
    try withFolder { folder in
      _ = try dumped(specification("sgd[lr=1e308]", on: "beale", steps: 5), to: folder)
      let run = try json(folder, "run.json")
      #expect(run["status"] as? String == "diverged")
      #expect(run["finalLoss"] as? String == "inf")
      #expect(try numbers(folder).losses.count == 1)
    }
  }

  @Test func otherFoldersAreRefused() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      try Data("mine".utf8).write(to: file)
      func refusal(_ url: URL) -> String? { message { try RunDump(folder: url.path).prepare() } }
      #expect(refusal(file) == "'\(file.path)' is a file; expected a folder")
      let below = file.appendingPathComponent("below")
      #expect(refusal(below) == "cannot make the folder '\(below.path)': Not a directory")
      let expected =
        "expected a new or empty one, or that of an earlier dump"
      #expect(
        refusal(folder) == "the folder '\(folder.path)' holds other files (file); \(expected)")
      // Files of our names, but not ours.
      let other = folder.appendingPathComponent("other")
      try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
      try Data("{}".utf8).write(to: other.appendingPathComponent("layout.json"))
      #expect(
        refusal(other) == "the folder '\(other.path)' holds other files (layout.json); \(expected)")
      // One of ours with a file of somebody else's.
      let mixed = folder.appendingPathComponent("mixed")
      _ = try dumped(drill(lr: 0.5, steps: 3), to: mixed)
      #expect(refusal(mixed) == nil)
      try Data("mine".utf8).write(to: mixed.appendingPathComponent("a.txt"))
      #expect(
        refusal(mixed)
          == "the folder '\(mixed.path)' holds other files (a.txt, final.npy, layout.json, …); "
          + expected)
      #expect(try Data(contentsOf: file) == Data("mine".utf8))
    }
  }
}
