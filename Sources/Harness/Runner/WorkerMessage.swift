// What a worker and the command say to each other: frames over pipes.
//
// A frame is a kind (one byte), the length of its payload (UInt32, little-endian) and the payload.

import Foundation
import OptimizerKit

/// A run of a batch, as a worker is told of it.
struct WorkerJob: Sendable {
  let spec: RunSpec
  let recording: Recording
  /// Seconds after which it is stopped.
  let timeLimit: Double

  init(_ job: RunJob) {
    spec = job.spec
    recording = job.recording
    timeLimit = job.timeLimit
  }

  /// The frame that brings a batch.
  static func frame(_ jobs: [WorkerJob]) -> Data {
    var payload = Data()
    for job in jobs {
      let spec = job.spec.bytes
      payload.append(littleEndian: UInt32(spec.count))
      payload.append(spec)
      let recording = job.recording
      payload.append(recording.path == .outcomes ? 1 : 0)
      payload.append(
        (recording.layers ? 1 : 0) | (recording.test ? 2 : 0) | (recording.sharpness ? 4 : 0))
      payload.append(littleEndian: UInt64(recording.every))
      payload.append(littleEndian: UInt64(recording.validations))
      payload.append(littleEndian: UInt64(recording.checkpoints))
      payload.append(littleEndian: job.timeLimit.bitPattern)
    }
    return Harness.frame(.batch, payload)
  }

  /// The runs of a batch.
  static func jobs(in payload: Data) throws -> [WorkerJob] {
    var reader = ByteReader(payload)
    var jobs: [WorkerJob] = []
    while reader.remaining > 0 { jobs.append(try WorkerJob(&reader)) }
    return jobs
  }

  private init(_ reader: inout ByteReader) throws {
    spec = try RunSpec(bytes: Data(reader.bytes(Int(try reader.next(UInt32.self)))))
    let isBare = try reader.next(UInt8.self) == 1
    let flags = try reader.next(UInt8.self)
    recording = Recording(
      path: isBare ? .outcomes : .trajectories,
      every: Int(truncatingIfNeeded: try reader.next(UInt64.self)),
      validations: Int(truncatingIfNeeded: try reader.next(UInt64.self)),
      layers: flags & 1 != 0, test: flags & 2 != 0, sharpness: flags & 4 != 0,
      checkpoints: Int(truncatingIfNeeded: try reader.next(UInt64.self)))
    timeLimit = Double(bitPattern: try reader.next(UInt64.self))
  }
}

/// What came of a run of a batch.
struct WorkerResult: Sendable {
  /// Its place in the batch.
  let place: Int
  let outcome: Outcome
  /// The bytes of its trajectory; none where nothing is kept of it.
  let path: Data

  init(place: Int, outcome: Outcome, path: Data = Data()) {
    self.place = place
    self.outcome = outcome
    self.path = path
  }

  init(place: Int, _ result: RunResult) {
    self.init(place: place, outcome: result.outcome, path: result.trajectory.keptBytes)
  }
}

/// A frame from a worker.
enum WorkerMessage {
  /// The run with this place in the batch was taken up, with others perhaps; what happens from here on
  /// is its doing.
  case accepted(Int)
  /// Updates made so far in a run.
  case progress(Int, steps: Int)
  /// Finished runs.
  case results([WorkerResult])
}

/// The kinds of frame.
enum FrameKind: UInt8 {
  case batch = 0x42  // B
  case accepted = 0x41  // A
  case progress = 0x50  // P
  case results = 0x52  // R
  case map = 0x4D  // M
  case cells = 0x43  // C
}

func frame(_ kind: FrameKind, _ payload: Data) -> Data {
  var data = Data([kind.rawValue])
  data.append(littleEndian: UInt32(payload.count))
  data.append(payload)
  return data
}

extension WorkerMessage {
  /// The frame that carries this message.
  func encoded() -> Data {
    var payload = Data()
    switch self {
    case .accepted(let place):
      payload.append(littleEndian: UInt32(place))
      return frame(.accepted, payload)
    case .progress(let place, let steps):
      payload.append(littleEndian: UInt32(place))
      payload.append(littleEndian: UInt64(steps))
      return frame(.progress, payload)
    case .results(let results):
      for result in results {
        payload.append(littleEndian: UInt32(result.place))
        let outcome = result.outcome.bytes
        payload.append(littleEndian: UInt32(outcome.count))
        payload.append(outcome)
        payload.append(littleEndian: UInt32(result.path.count))
        payload.append(result.path)
      }
      return frame(.results, payload)
    }
  }

  init(kind: FrameKind, payload: Data) throws {
    var reader = ByteReader(payload)
    func place() throws -> Int { Int(try reader.next(UInt32.self)) }
    switch kind {
    case .accepted: self = .accepted(try place())
    case .progress:
      let run = try place()
      self = .progress(run, steps: Int(truncatingIfNeeded: try reader.next(UInt64.self)))
    case .results:
      var results: [WorkerResult] = []
      while reader.remaining > 0 {
        let run = try place()
        let outcome = try Outcome(bytes: reader.bytes(try place()))
        let path = Data(try reader.bytes(try place()))
        results.append(WorkerResult(place: run, outcome: outcome, path: path))
      }
      self = .results(results)
    case .batch, .map:
      throw MalformedData(description: "a batch where a result was expected")
    case .cells:
      throw MalformedData(description: "cells of a map where the result of a run was expected")
    }
  }
}

/// Cuts a stream of bytes into frames.
struct FrameReader {
  /// The most that a frame may hold: whatever announces more is no message.
  static let largestPayload = 1 << 30
  private var buffer = Data()
  /// Where the first byte lies that was not given out.
  private var start = 0

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(contentsOf: bytes)
  }

  /// The next whole frame, if there is one.
  mutating func next() throws -> (kind: FrameKind, payload: Data)? {
    guard buffer.count - start >= 5 else { return nil }
    var reader = ByteReader(buffer)
    reader.offset += start
    guard let kind = FrameKind(rawValue: try reader.next(UInt8.self)) else {
      throw MalformedData(description: "bytes that begin no message")
    }
    let length = Int(try reader.next(UInt32.self))
    guard length <= Self.largestPayload else {
      throw MalformedData(description: "a message of \(length) bytes")
    }
    guard reader.remaining >= length else { return nil }
    let payload = Data(try reader.bytes(length))
    start = reader.offset - buffer.startIndex
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      start = 0
    }
    return (kind, payload)
  }
}
