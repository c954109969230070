// What a worker and the command say to each other: frames over pipes.
//
// A frame is a kind (one byte), the length of its payload (UInt32, little-endian) and the payload.

import Foundation
import OptimizerKit

/// A job for a worker.
struct WorkerJob: Codable {
  var key: String
  var spec: RunSpec
  var recording: Recording
  var timeLimit: Double
}

/// A frame from a worker.
enum WorkerMessage {
  /// A job has arrived; what happens from here on is its doing.
  case accepted
  /// Updates made so far in the current run.
  case progress(Int)
  /// A finished run.
  case result(key: String, RunResult)
  /// The run could not be done at all.
  case failure(String)
}

/// JSON with NaN and infinities, which losses may be.
enum LabJSON {
  /// Keys in order: the same value gives the same bytes.
  ///
  /// - Parameter readably: whether each value stands on a line of its own.
  static func encode(_ value: some Encodable, readably: Bool = false) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if readably { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(value)
  }

  static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: data)
  }
}

/// The kinds of frame.
enum FrameKind: UInt8 {
  case job = 0x4A  // J
  case accepted = 0x41  // A
  case progress = 0x50  // P
  case record = 0x52  // R
  case failure = 0x46  // F
}

func frame(_ kind: FrameKind, _ payload: Data) -> Data {
  var data = Data([kind.rawValue])
  data.append(littleEndian: UInt32(payload.count))
  data.append(payload)
  return data
}

extension WorkerMessage {
  /// What stands before the bytes of a trajectory.
  private struct Header: Codable {
    var key: String
    var outcome: Outcome
  }

  /// The frame that carries this message.
  func encoded() throws -> Data {
    switch self {
    case .accepted: return frame(.accepted, Data())
    case .progress(let step):
      var payload = Data()
      payload.append(littleEndian: UInt64(step))
      return frame(.progress, payload)
    case .failure(let reason):
      return frame(.failure, Data(reason.utf8))
    case .result(let key, let result):
      let trajectory = result.trajectory.blob
      let header = try LabJSON.encode(Header(key: key, outcome: result.outcome))
      var payload = Data()
      payload.append(littleEndian: UInt32(header.count))
      payload.append(header)
      payload.append(trajectory)
      return frame(.record, payload)
    }
  }

  init(kind: FrameKind, payload: Data) throws {
    var reader = ByteReader(payload)
    switch kind {
    case .accepted: self = .accepted
    case .progress:
      self = .progress(Int(truncatingIfNeeded: try reader.next(UInt64.self)))
    case .failure:
      self = .failure(String(decoding: payload, as: UTF8.self))
    case .record:
      let length = Int(try reader.next(UInt32.self))
      let header = Data(try reader.bytes(length))
      guard let header = try? LabJSON.decode(Header.self, from: header) else {
        throw MalformedData(description: "a record that cannot be read")
      }
      let trajectory = try Trajectory(blob: Data(try reader.bytes(reader.remaining)))
      self = .result(key: header.key, RunResult(header.outcome, trajectory))
    case .job:
      throw MalformedData(description: "a job where a record was expected")
    }
  }
}

/// Cuts a stream of bytes into frames.
struct FrameReader {
  /// The most that a frame may hold: whatever announces more is no message.
  static let largestPayload = 1 << 30
  private var buffer = Data()

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(contentsOf: bytes)
  }

  /// The next whole frame, if there is one.
  mutating func next() throws -> (kind: FrameKind, payload: Data)? {
    guard buffer.count >= 5 else { return nil }
    var reader = ByteReader(buffer)
    guard let kind = FrameKind(rawValue: try reader.next(UInt8.self)) else {
      throw MalformedData(description: "bytes that begin no message")
    }
    let length = Int(try reader.next(UInt32.self))
    guard length <= Self.largestPayload else {
      throw MalformedData(description: "a message of \(length) bytes")
    }
    guard reader.remaining >= length else { return nil }
    let payload = Data(try reader.bytes(length))
    buffer = Data(buffer[reader.offset...])
    return (kind, payload)
  }
}
