// Results for scripts.

import Foundation

/// Prints a value as JSON.
func printJSON(_ value: some Encodable) throws { print(try jsonText(value)) }

/// A value as JSON, numbers that JSON has none for as texts.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
