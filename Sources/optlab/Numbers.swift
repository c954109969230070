// Numbers as they are printed exactly, and read.

import Foundation

/// 17 significant digits: enough to read a double back exactly.
func exact(_ value: Double) -> String {
  value.isNaN ? "nan" : String(format: "%.17g", value)  // C would print a NaN's sign bit
}

/// Reads "-1.2,1".
func parsePoint(_ text: String) throws -> [Double] {
  try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
    guard let value = Double(part.trimmingCharacters(in: .whitespaces)), value.isFinite else {
      throw UsageError("--start: expected numbers separated by commas, found '\(text)'")
    }
    return value
  }
}
