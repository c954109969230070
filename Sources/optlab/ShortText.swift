// Numbers and points as tables and messages show them.

import Foundation

/// A number with few digits: 0.0123, 1.2e-08, 340; nothing for nil, and names for what is no number.
func brief(_ value: Double?, digits: Int = 3) -> String {
  guard let value else { return "" }
  if value.isNaN { return "nan" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  if value == 0 { return "0" }
  return formatted("%.*g", Int32(digits), value)
}

/// A share as per cent.
func percent(_ share: Double?) -> String {
  guard let share, share.isFinite else { return "" }
  if share == 0 { return "0 %" }
  return formatted(share < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * share)
}

/// A point as text, long ones cut short.
func point(_ coordinates: [Double]) -> String {
  let shown = coordinates.prefix(6).map { brief($0, digits: 6) }.joined(separator: ", ")
  return "(" + shown + (coordinates.count > 6 ? ", …" : "") + ")"
}

/// A cell of a CSV file, quoted where it must be.
func csvCell(_ text: String) -> String {
  let special = Array(",\"\n\r".utf8)
  guard text.utf8.contains(where: special.contains) else { return text }
  return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
