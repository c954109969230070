// A run as files that any program can read: from them the same training can be done elsewhere.

import Foundation
import OptimizerKit

#if canImport(Glibc)
  import Glibc
#endif

/// Why a run cannot be written.
public struct RunDumpError: Error, CustomStringConvertible {
  public let description: String
}

/// A folder with one run:
///
/// - `parameters.npy`: the parameters before the first update, one flat vector; float32 for a
///   network, float64 for a surface.
/// - `layout.json`: which part of the vector is which tensor: name, shape, role, fan-in, offset and
///   count, row-major.
/// - `order.npy`: int32, updates × batch: the training examples that each update saw, counted from 0
///   within the training part. None for a surface.
/// - `final.npy`: the parameters after the last update. None for a surface of more than 512
///   coordinates.
/// - `training.json`: all else that a training is made of, where the problem says so: data and their
///   parts, preparation, random changes, layers, loss, regulariser, precision; with it, in files of
///   the names in `TrainingDescription.ArrayName`, the arrays that belong to it.
/// - `run.json`: problem, optimizer and schedules with all of their hyperparameters, seed, how the
///   run ended, and for each update the loss before it and its learning rate, to the last digit.
public struct RunDump: Sendable {
  /// Where the files are.
  public let folder: URL

  /// A file of the folder.
  struct File: Hashable {
    /// What it holds.
    var content: String
    var name: String

    static let layout = File(content: "layout", name: "layout.json")
    static let parameters = File(content: "parameters", name: "parameters.npy")
    static let order = File(content: "order", name: "order.npy")
    static let final = File(content: "final", name: "final.npy")
    static let training = File(content: "training", name: "training.json")
    static let run = File(content: "run", name: "run.json")

    static func array(_ array: TrainingDescription.ArrayName) -> File {
      File(content: array.rawValue, name: "\(array.rawValue).npy")
    }

    static let all =
      [layout, parameters, order, final, training, run]
      + TrainingDescription.ArrayName.allCases.map(File.array)
  }

  public init(folder: String) {
    self.folder = URL(fileURLWithPath: folder, isDirectory: true)
  }

  /// Makes the folder where there is none, before any work begins.
  ///
  /// - Throws: `RunDumpError` where it cannot be made or written to, or holds anything else than an
  ///   earlier run.
  public func prepare() throws(RunDumpError) {
    let files = FileManager.default
    let path = folder.relativePath  // as it was given
    var isFolder: ObjCBool = false
    if !files.fileExists(atPath: path, isDirectory: &isFolder) {
      do { try files.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
        throw RunDumpError(description: "cannot make the folder '\(path)': \(systemReason(error))")
      }
    } else if !isFolder.boolValue {
      throw RunDumpError(description: "'\(path)' is a file; expected a folder")
    }
    let contents: [String]
    do { contents = try files.contentsOfDirectory(atPath: path) } catch {
      throw RunDumpError(description: "cannot read the folder '\(path)': \(systemReason(error))")
    }
    guard contents.isEmpty || isDump(contents) else {
      let others = contents.sorted().prefix(3).joined(separator: ", ")
      throw RunDumpError(
        description: "the folder '\(path)' holds other files (\(others)"
          + (contents.count > 3 ? ", …" : "")
          + "); expected a new or empty one, or that of an earlier dump")
    }
    guard files.isWritableFile(atPath: path) else {
      throw RunDumpError(description: "the folder '\(path)' cannot be written to")
    }
  }

  /// Whether a folder with these files holds a run and nothing else.
  private func isDump(_ contents: [String]) -> Bool {
    // No link or device among them.
    contents.allSatisfy { name in
      File.all.first { $0.name == name }.flatMap {
        FileStatus(of: url($0).path, followingLinks: false)
      }?
      .isRegular == true
    }
      && (try? Data(contentsOf: url(.layout))).map {
        (try? LabJSON.decode(Layout.self, from: $0)) != nil
      } == true
  }

  // MARK: writing

  /// Writes the layout and the parameters before the first update, in place of an earlier run.
  func write<R: Real>(start: Vector<R>, layout: ParameterLayout) throws {
    // Written anew in place: what a file may be read by stays as it is.
    for file in File.all { truncate(url(file).path, 0) }
    try write(Layout(layout, scalar: R.self == Float.self ? "float32" : "float64"), to: .layout)
    try write(NPY.data(start), to: .parameters)
  }

  /// Writes what the training is made of.
  func write(_ description: TrainingDescription) throws {
    try write(Fact.group(description.facts), to: .training)
    for (name, numbers) in description.arrays { try write(NPY.data(numbers), to: .array(name)) }
  }

  /// Writes the minibatches of `steps` updates, one after the other: together they may be large.
  func write(order session: any TrainingSession, steps: Int) throws {
    let batch = session.minibatchIndices(step: 1).count
    guard batch > 0 else { return }
    do {
      try NPY.header(.int32, shape: [steps, batch]).write(to: url(.order))
      let file = try FileHandle(forWritingTo: url(.order))
      try file.seekToEnd()
      for step in 0..<steps {
        try file.write(contentsOf: NPY.data(session.minibatchIndices(step: step + 1)))
      }
      try file.close()
    } catch { throw failure(.order, error) }
  }

  /// Writes the parameters after the last update.
  func write<R: Real>(end: Vector<R>) throws { try write(NPY.data(end), to: .final) }

  /// Writes what was run and what came of it.
  func write(_ spec: RunSpec, _ result: RunResult) throws {
    // What only the earlier run had is empty now.
    for file in File.all where file != .run && size(of: file) == 0 { unlink(url(file).path) }
    let written = File.all.filter { $0 != .run && size(of: $0) != nil }
    try write(Run(spec, result, files: written), to: .run)
  }

  private func size(of file: File) -> Int? { FileStatus(of: url(file).path)?.size }

  private func url(_ file: File) -> URL { folder.appendingPathComponent(file.name) }

  private func write(_ value: some Encodable, to file: File) throws {
    try write(LabJSON.encode(value, readably: true), to: file)
  }

  private func write(_ data: Data, to file: File) throws {
    do { try data.write(to: url(file)) } catch { throw failure(file, error) }
  }

  private func failure(_ file: File, _ error: any Error) -> RunDumpError {
    RunDumpError(description: "cannot write '\(url(file).relativePath)': \(systemReason(error))")
  }
}

// MARK: - the JSON files

extension RunDump {
  /// `layout.json`.
  struct Layout: Codable {
    struct Tensor: Codable {
      var name: String
      var shape: [Int]
      var role: ParameterLayout.Role
      var fanIn, offset, count: Int
    }
    var scalar: String
    var count: Int
    var tensors: [Tensor]

    init(_ layout: ParameterLayout, scalar: String) {
      self.scalar = scalar
      count = layout.count
      tensors = layout.tensors.map {
        Tensor(
          name: $0.name, shape: $0.shape, role: $0.role, fanIn: $0.fanIn, offset: $0.offset,
          count: $0.count)
      }
    }
  }

  /// `run.json`.
  struct Run: Encodable {
    struct Plugin: Encodable {
      var name: String
      /// Every hyperparameter, as it is written in selections.
      var settings: [String: String]

      init(_ spec: PluginSpec) {
        name = spec.name
        settings = Dictionary(spec.settings.map { ($0.name, $0.value) }) { _, last in last }
      }
    }
    struct Schedule: Encodable {
      var hyperparameter: String
      var parts: [Plugin]

      init(_ spec: ScheduleSpec) {
        hyperparameter = spec.hyperparameter
        parts = spec.parts.map(Plugin.init)
      }
    }
    /// An optimizer inside a wrapper.
    struct Term: Encodable {
      var optimizer: Plugin
      var schedules: [Schedule]

      init(_ spec: OptimizerSpec) {
        optimizer = Plugin(spec.plugin)
        schedules = spec.schedules.map(Schedule.init)
      }
    }

    var problem: Plugin
    var optimizer: Plugin
    var schedules: [Schedule]
    /// What a wrapper wraps, outermost first; none for an optimizer.
    var wraps: [Term]
    var seed: UInt64
    /// The number of updates made.
    var steps: Int
    /// The name of the data set, for a problem that says which it uses.
    var dataSet: String?
    var status: RunStatus
    var reason: String
    /// Before each update, on the minibatch that it saw.
    var losses: [Double]
    /// Of each update.
    var learningRates: [Double]
    /// After the last update; for a network, on the minibatch that would come next.
    var finalLoss: Double?
    /// The other files, by what they hold.
    var files: [String: String]

    init(_ spec: RunSpec, _ result: RunResult, files: [File]) {
      let trajectory = result.trajectory
      problem = Plugin(spec.problem)
      optimizer = Plugin(spec.optimizer.plugin)
      schedules = spec.optimizer.schedules.map(Schedule.init)
      wraps = spec.optimizer.inner.map { $0.terms.map(Term.init) } ?? []
      seed = spec.seed
      steps = result.outcome.steps
      dataSet = spec.problem["data"]
      status = result.outcome.status
      reason = result.outcome.reason
      losses = Array(trajectory.losses.prefix(result.outcome.steps))
      learningRates = Array(trajectory.learningRates.dropFirst())
      finalLoss = trajectory.losses.last
      self.files = Dictionary(uniqueKeysWithValues: files.map { ($0.content, $0.name) })
    }
  }
}
