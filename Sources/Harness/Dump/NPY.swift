// Arrays of numbers in NumPy's file format.

import Foundation
import OptimizerKit

/// The NPY format, version 1.0: six magic bytes, the version, the length of a header, the header
/// (a Python dictionary, padded so that the data begin at a multiple of 64 bytes), then the elements
/// in C order, little-endian.
///
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
enum NPY {
  /// The type of the elements.
  enum Element: String {
    case float32 = "<f4"
    case float64 = "<f8"
    case int32 = "<i4"
  }

  /// What stands before the elements of an array of this shape.
  static func header(_ element: Element, shape: [Int]) -> Data {
    // A tuple of one needs its comma.
    let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(axes)), }"
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data.append(littleEndian: UInt16(text.utf8.count))
    data.append(contentsOf: text.utf8)
    return data
  }

  /// A vector as a file.
  static func data<R: Real>(_ vector: Vector<R>) -> Data {
    var data = header(R.self == Float.self ? .float32 : .float64, shape: [vector.count])
    withExtendedLifetime(vector) {
      data.append(Data(buffer: UnsafeBufferPointer(start: vector.pointer, count: vector.count)))
    }
    return data
  }

  /// An array as a file.
  static func data(_ numbers: TrainingDescription.Numbers) -> Data {
    func elements<T>(_ values: [T]) -> Data { values.withUnsafeBufferPointer { Data(buffer: $0) } }
    return switch numbers {
    case .int32(let values, let shape): header(.int32, shape: shape) + elements(values)
    case .float32(let values, let shape): header(.float32, shape: shape) + elements(values)
    case .float64(let values, let shape): header(.float64, shape: shape) + elements(values)
    }
  }

  /// Integers that follow a header.
  static func data(_ values: [Int32]) -> Data {
    values.withUnsafeBufferPointer { Data(buffer: $0) }
  }
}
