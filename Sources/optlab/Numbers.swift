// Numbers as they are printed exactly, and read.

import Foundation

/// A text of less than 128 bytes, formatted as C does. (`String(format:)` takes ten times as long.)
func formatted(_ format: String, _ values: any CVarArg...) -> String {
  withVaList(values) { values in
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
      _ = vsnprintf(text.baseAddress!, text.count, format, values)
      return String(cString: text.baseAddress!)
    }
  }
}

/// 17 significant digits: enough to read a double back exactly.
func exact(_ value: Double) -> String {
  value.isNaN ? "nan" : formatted("%.17g", value)  // C would print a NaN's sign bit
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
